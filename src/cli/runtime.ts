/** The JSON API: the app in this process, or a server over HTTP. */
export interface Api {
  /** Answers a request for `/api/v1/…`. Over HTTP it rejects with whatever the network throws. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Closes what it holds open: the database. */
  readonly close: () => Promise<void>;
}

export interface ApiOptions {
  /** Address of the server, without a slash at its end; null for the app in this process. */
  readonly server: string | null;
  /** Sent as `Authorization: Bearer`; null sends none, which only the app in this process accepts. */
  readonly adminToken: string | null;
}

/** The result of `keygen`. */
export interface Keygen {
  /** The value for SECRET_KEYS; null when it was kept in a file. */
  readonly keys: string | null;
  /** Lines that the operator should read. */
  readonly notes: readonly string[];
}

/** The result of `backup`. */
export interface Backup {
  readonly file: string;
  readonly bytes: number;
  readonly tables: number;
  /** Lines that the operator should read. */
  readonly notes: readonly string[];
}

/** The result of `restore`: the database that was put in place, and where the one before it is kept. */
export interface Restore extends Backup {
  readonly kept: string | null;
}

/** The result of `copy`. */
export interface Copy {
  /** The database that was copied. */
  readonly file: string;
  readonly tables: number;
  readonly rows: number;
}

/** Everything that the command line needs from the process it runs in. The entry makes it; tests make their own. */
export interface Runtime {
  /** The version of this program, as in package.json. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Reads all of standard input. Throws `bad_input` where a person would have to type it. */
  readonly stdin: () => Promise<string>;
  /** True when stderr is a terminal. */
  readonly isTerminal: boolean;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Opens the API. Throws `bad_config` with every problem of the settings. */
  readonly api: (options: ApiOptions) => Promise<Api>;
  /** Runs the service until it is told to stop, and returns the exit code. */
  readonly serve: () => Promise<number>;
  /** Runs a sample Waldur and a service on it until told to stop, and returns the exit code. */
  readonly demo: (options: { readonly bookings: number; readonly still: boolean }) => Promise<number>;
  /** Copies the database of the service into a file; with `replace` one that is there makes room. */
  readonly backup: (options: { readonly file: string; readonly replace: boolean }) => Promise<Backup>;
  /** Puts a copy in the place of the database of the service, which must not run. */
  readonly restore: (options: { readonly file: string }) => Promise<Restore>;
  /** Copies a database in a file into the one at DATABASE_URL. */
  readonly copy: (options: { readonly file: string }) => Promise<Copy>;
  /** Makes a key; with `rotate` it also seals every stored secret anew. */
  readonly keygen: (options: { readonly rotate: boolean }) => Promise<Keygen>;
}
