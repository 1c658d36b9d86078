import { createObject, deleteObject, updateObject } from "tsdav";
import type { HttpResult } from "../security/guard.ts";
import { makeFailure, responseFailure, innerStatus, unansweredFailure } from "./failure.ts";
import { hrefName, memberPath } from "./hrefs.ts";
import { mayWrite } from "./multistatus.ts";
import type { CalendarPort, WriteOutcome } from "./port.ts";
import { type DavCall, outsideCollection, propfindRequest, type Wire, writeLimits } from "./wire.ts";

export type Writing = Pick<CalendarPort, "create" | "update" | "remove">;

/**
 * Makes the writing half of a calendar: every change has a precondition (RFC 9110 13.1) and is of an object in the
 * collection, never of the collection itself.
 */
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
      updateObject({ url: new URL(href, collection).href, data: body, etag: quoteEtag(etag), headers, fetch }),
    );
  }

  async function remove(href: string, etag: string): Promise<WriteOutcome> {
    if (memberPath(collection, href) === null) return { failure: outsideCollection(href) };
    if (etag.trim() === "") return { failure: makeFailure("changed", null, { text: "its ETag is not known" }) };
    return write("remove", href, async (fetch) =>
      deleteObject({ url: new URL(href, collection).href, etag: quoteEtag(etag), fetch }),
    );
  }

  async function write(verb: "create" | "update" | "remove", href: string, call: DavCall): Promise<WriteOutcome> {
    // A redirect may lead to the same object at another place, never to another object or to a collection.
    const mayMove = (to: URL): boolean => hrefName(to.pathname) === hrefName(href);
    const result = await wire.exchange(call, { ...writeLimits, mayMove });
    if ("failed" in result) return { failure: unansweredFailure(result) };
    const status = result.status === 207 ? (innerStatus(result.text) ?? 204) : result.status;
    if (verb === "remove" && (status === 404 || status === 410)) return { done: true, href, etag: null };
    if (isSuccess(status, result))
      return { done: true, href: storedHref(result, href), etag: trustedEtag(result.headers) };
    const failed = responseFailure(verb, result, wire.now(), status);
    // A right that lacks for one object says nothing of the others.
    if (status === 403 && (failed.kind === "missing" || failed.kind === "read-only")) {
      return { failure: { ...failed, kind: (await isWritable()) ? "missing" : "read-only" } };
    }
    return { failure: failed };
  }

  /** Resolves to false when the server denies us the right to write here; asked once, after a 403. */
  async function isWritable(): Promise<boolean> {
    writable ??= wire
      .query(propfindRequest(collection.href, "0", { "d:current-user-privilege-set": {} }))
      .then((read) => "failure" in read || mayWrite(read.value.members[0]) !== false);
    return writable;
  }

  /** Returns the href of the stored object: the Location, if it names the same object of this calendar. */
  function storedHref(result: HttpResult, href: string): string {
    const location = result.headers.get("Location");
    const stored = location === null ? null : memberPath(collection, location);
    return stored !== null && hrefName(stored) === hrefName(href) ? stored : href;
  }
}

function isSuccess(status: number, { headers }: HttpResult): boolean {
  if (status === 201 || status === 204) return true;
  // A proxy's login page has status 200 too.
  return status === 200 && !/\bhtml\b/i.test(headers.get("Content-Type") ?? "");
}

/** Returns the ETag in a response to PUT; null for one that a proxy made weak or marked with the content coding. */
function trustedEtag(headers: Headers): string | null {
  const etag = headers.get("ETag")?.trim() ?? "";
  return etag === "" || /^W\/|[-;](?:gzip|br|zstd|deflate)"?$/i.test(etag) ? null : etag;
}

/** Quotes an ETag that has no quotes, as Open-Xchange sends it (RFC 9110 8.8.3 requires them). "*" stands for any. */
function quoteEtag(etag: string): string {
  return etag === "*" || /^(?:W\/)?".*"$/.test(etag) ? etag : `"${etag}"`;
}
