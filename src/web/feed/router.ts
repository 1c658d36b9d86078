import type { Result, Router } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { TrieRouter } from "hono/router/trie-router";

/**
 * Finds the handlers of a path. Nearly all requests are for feeds, so their addresses have a router of their own, without
 * the middleware of pages.
 */
export class FeedsFirstRouter<T> implements Router<T> {
  readonly name = "FeedsFirstRouter";
  readonly #feeds = new RegExpRouter<T>();
  readonly #others = new TrieRouter<T>();

  add(method: string, path: string, handler: T): void {
    this.#routerOf(path).add(method, path, handler);
  }

  match(method: string, path: string): Result<T> {
    return this.#routerOf(path).match(method, path);
  }

  #routerOf(path: string): Router<T> {
    return path.startsWith("/f/") || path === "/f" ? this.#feeds : this.#others;
  }
}
