import type { Result, Router } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { TrieRouter } from "hono/router/trie-router";

/**
 * Finds the handlers of a path. Feeds are nearly all that is asked for: theirs are the only ones at their addresses, without
 * what stands before every page.
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
