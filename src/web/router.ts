import type { Result, Router } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { TrieRouter } from "hono/router/trie-router";

/**
 * Finds the handlers of a path. Feeds are nearly all that is asked for, and their few routes suit Hono's fastest router;
 * the pages' routes, with words and parameters in the same place, do not.
 */
export class FeedsFirstRouter<T> implements Router<T> {
  readonly name = "FeedsFirstRouter";
  readonly #feeds = new RegExpRouter<T>();
  readonly #others = new TrieRouter<T>();

  add(method: string, path: string, handler: T): void {
    const everywhere = path === "/*";
    if (everywhere || isFeed(path)) this.#feeds.add(method, path, handler);
    if (!isFeed(path)) this.#others.add(method, path, handler);
  }

  match(method: string, path: string): Result<T> {
    return (isFeed(path) ? this.#feeds : this.#others).match(method, path);
  }
}

function isFeed(path: string): boolean {
  return path.startsWith("/f/") || path === "/f";
}
