import type { PageContext } from "../env.ts";
import { readRequestText } from "../request/body.ts";
import type { Address } from "./address.ts";
import { answerGet } from "./get.ts";
import { answerOutbox } from "./outbox.ts";
import { answerPropfind } from "./propfind.ts";
import { answerProppatch } from "./proppatch.ts";
import { answerPost, answerSubscription } from "./push.ts";
import { answerPut, refuseWrite } from "./put.ts";
import { maxBodyBytes, readXmlBody } from "./read-body.ts";
import { answerReport } from "./report/report.ts";
import { findContent, findPersonCalendar } from "./resources.ts";
import { notFoundResponse, plainResponse, refusalResponse, unavailableResponse } from "./responses.ts";
import type { Resource, Scene } from "./scene.ts";

/** Methods that would change what is here (RFC 4918 9, RFC 4791 5.3, RFC 3744 8.1). */
const changing = new Set(["PUT", "POST", "DELETE", "MKCALENDAR", "MKCOL", "MOVE", "COPY", "PATCH", "ACL", "LOCK"]);

/** Answers a request of somebody who has signed in, for what is at an address (null: nothing can be there). */
export async function answer(c: PageContext, scene: Scene, address: Address | null): Promise<Response> {
  const { method } = c.req;
  if (address === null || ("user" in address && address.user !== scene.user)) return notFoundResponse();
  if (address.kind === "subscription") return answerSubscription(scene, address.id, method);
  if (address.kind === "object") return answerObject(c, scene, address);
  if (address.kind !== "calendar") return answerResource(c, scene, { kind: address.kind });
  const calendar = await findPersonCalendar(scene, address.feedId);
  // Nobody makes a calendar here: there is nothing to tell of one that is not there.
  if (calendar === null) return changing.has(method) ? refusalResponse("need-privileges") : notFoundResponse();
  return answerResource(c, scene, { kind: "calendar", calendar });
}

async function answerObject(
  c: PageContext,
  scene: Scene,
  { feedId, name }: Extract<Address, { kind: "object" }>,
): Promise<Response> {
  const { method, raw } = c.req;
  const calendar = await findPersonCalendar(scene, feedId);
  if (calendar === null) return changing.has(method) ? refusalResponse("need-privileges") : notFoundResponse();
  // An object that is not there would be taken for one that went.
  if (calendar.feed.state === "loading") return unavailableResponse();
  if (method === "PUT") return answerPut(c, scene, calendar, name);
  if (changing.has(method)) return refuseWrite(scene, calendar, name);
  const object = await findContent(scene, calendar, name);
  if (object === null) return notFoundResponse();
  const resource = { kind: "object", calendar, object } as const;
  if (method === "GET" || method === "HEAD") return answerGet(scene, resource, object, raw);
  return answerResource(c, scene, resource);
}

async function answerResource(c: PageContext, scene: Scene, resource: Resource): Promise<Response> {
  const { method, raw } = c.req;
  switch (method) {
    case "PROPFIND":
      return answerPropfind(scene, resource, raw.headers, await readXmlBody(c));
    case "PROPPATCH":
      return answerProppatch(scene, resource, await readXmlBody(c));
    case "REPORT":
      return answerReport(scene, resource, raw.headers, await readXmlBody(c));
    case "GET":
    case "HEAD":
      return answerGet(scene, resource, null, raw);
    case "POST":
      if (resource.kind === "calendar") return answerPost(c, scene, resource.calendar);
      if (resource.kind === "outbox") return answerOutbox(await readRequestText(c, maxBodyBytes));
  }
  return changing.has(method) ? refusalResponse("need-privileges") : plainResponse(405, "", { Allow: allow });
}

const allow = "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT";
