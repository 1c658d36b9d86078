import { makeApp } from "./app.ts";
import { makeHandlers } from "./workers/handlers.ts";
import { openSample } from "./workers/sample.ts";

export default makeHandlers(makeApp(), openSample);
