import { makeApp } from "./app.ts";
import { makeHandlers } from "./workers/handlers.ts";
import { openWorker } from "./workers/open.ts";

export default makeHandlers(makeApp(), (bindings, context) => openWorker(bindings, context));
