/** The program's JSON API: the app in this process, or a server over HTTP. */
export interface Api {
  /** Answers a request for `/api/v1/…`. Over HTTP it may reject with whatever the network throws. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Gives back what it holds: the database. */
  readonly close: () => Promise<void>;
}

export interface ApiOptions {
  /** Address of the server, without slash at its end; null: the app in this process. */
  readonly server: string | null;
  /** What the requests carry as `Authorization: Bearer`; null: they carry none, which only the app in this process takes. */
  readonly adminToken: string | null;
}

/** What `keygen` made. */
export interface Keygen {
  /** The value for SECRET_KEYS; null when it was kept in a file. */
  readonly keys: string | null;
  /** What the operator should know, line by line. */
  readonly notes: readonly string[];
}

/** Everything the command line needs from outside. The entry makes it; tests make their own. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** All of standard input. Throws `bad_input` where a person would have to type it. */
  readonly stdin: () => Promise<string>;
  /** Whether a person watches stderr. */
  readonly isTerminal: boolean;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Throws `bad_config` with every problem of the settings. */
  readonly api: (options: ApiOptions) => Promise<Api>;
  /** Runs the service until it is told to stop; gives the exit code. */
  readonly serve: () => Promise<number>;
  /** Runs the sample Waldur and a service on it until told to stop; gives the exit code. */
  readonly demo: (options: { readonly bookings: number; readonly still: boolean }) => Promise<number>;
  /** Makes a key; with `rotate` it also seals anew all that is stored. */
  readonly keygen: (options: { readonly rotate: boolean }) => Promise<Keygen>;
}
