import { createObject, deleteObject, updateObject } from "tsdav";
import type { HttpResult } from "../security/guard.ts";
import { writeLimits } from "./exchange.ts";
import { makeFailure, responseFailure, innerStatus, unansweredFailure } from "./failure.ts";
import { hrefName, memberPath } from "./hrefs.ts";
import { findProperty } from "./multistatus.ts";
import type { CalendarPort, WriteOutcome } from "./port.ts";
import { mayWrite } from "./privileges.ts";
import { outsideCollection, propfindRequest, type Wire } from "./wire.ts";

export type Writing = Pick<CalendarPort, "create" | "update" | "remove">;

/** The writing half of a calendar: never without a condition, never outside the collection, never the collection itself. */
export function makeWriting(collection: URL, wire: Wire): Writing {
  let writable: Promise<boolean> | null = null;
  return { create, update, remove };

  async function create(name: string, body: string): Promise<WriteOutcome> {
    const href = collection.pathname + encodeURIComponent(name);
    if (memberPath(collection, href) === null) return { failure: outsideCollection(href) };
    const headers = { "Content-Type": "text/calendar; charset=utf-8", "If-None-Match": "*" };
    return write("create", href, async (fetch) =>
      createObject({ url: new URL(href, collection).href, data: body, headers, fetch }),
    );
  }

  async function update(href: string, etag: string, body: string): Promise<WriteOutcome> {
    if (memberPath(collection, href) === null) return { failure: outsideCollection(href) };
    if (etag.trim() === "") return { failure: makeFailure("changed", null, { text: "its ETag is not known" }) };
    const headers = { "Content-Type": "text/calendar; charset=utf-8" };
    return write("update", href, async (fetch) =>
      updateObject({ url: new URL(href, collection).href, data: body, etag: quoted(etag), headers, fetch }),
    );
  }

  async function remove(href: string, etag: string): Promise<WriteOutcome> {
    if (memberPath(collection, href) === null) return { failure: outsideCollection(href) };
    if (etag.trim() === "") return { failure: makeFailure("changed", null, { text: "its ETag is not known" }) };
    return write("remove", href, async (fetch) =>
      deleteObject({ url: new URL(href, collection).href, etag: quoted(etag), fetch }),
    );
  }

  async function write(
    verb: "create" | "update" | "remove",
    href: string,
    call: (fetch: typeof globalThis.fetch) => Promise<unknown>,
  ): Promise<WriteOutcome> {
    // A redirect may lead to the same object by another way, never to another object or to a collection.
    const mayMove = (to: URL): boolean => hrefName(to.pathname) === hrefName(href);
    const told = await wire.exchange(call, { ...writeLimits, mayMove });
    if ("failed" in told) return { failure: unansweredFailure(told) };
    const status = told.status === 207 ? (innerStatus(told.text) ?? 204) : told.status;
    if (verb === "remove" && (status === 404 || status === 410)) return { done: true, href, etag: null };
    if (isDone(status, told)) return { done: true, href: placedAt(told, href), etag: trustedEtag(told.headers) };
    const failed = responseFailure(verb, told, wire.now(), status);
    if (status === 403 && failed.kind === "missing" && !(await isWritable())) {
      return { failure: { ...failed, kind: "read-only" } };
    }
    return { failure: failed };
  }

  /** Whether the server says that we may write here; asked once, when a bare 403 leaves it open. */
  async function isWritable(): Promise<boolean> {
    writable ??= wire
      .multistatus(propfindRequest(collection.href, "0", { "d:current-user-privilege-set": {} }))
      .then((answer) => {
        const own = "failure" in answer ? undefined : answer.value.members[0];
        return mayWrite(findProperty(own, "current-user-privilege-set")) !== false;
      });
    return writable;
  }

  /** Where the server put it: a Location counts when it names the same object in the same calendar. */
  function placedAt(told: HttpResult, href: string): string {
    const location = told.headers.get("Location");
    const placed = location === null ? null : memberPath(collection, location);
    return placed !== null && hrefName(placed) === hrefName(href) ? placed : href;
  }
}

function isDone(status: number, { headers }: HttpResult): boolean {
  if (status === 201 || status === 204) return true;
  // A login page in front of the server answers 200 as well.
  return status === 200 && !/\bhtml\b/i.test(headers.get("Content-Type") ?? "");
}

/** The ETag of an answer to PUT; none that a proxy has made weak or marked with the coding of the answer. */
function trustedEtag(headers: Headers): string | null {
  const etag = headers.get("ETag")?.trim() ?? "";
  return etag === "" || /^W\/|[-;](?:gzip|br|zstd|deflate)"?$/i.test(etag) ? null : etag;
}

/** Open-Xchange gives ETags without quotes, which no header may carry. "*" is any there is. */
function quoted(etag: string): string {
  return etag === "*" || /^(?:W\/)?".*"$/.test(etag) ? etag : `"${etag}"`;
}
