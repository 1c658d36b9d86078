import type { Deps } from "../deps.ts";
import { AppError, messageOf } from "../errors.ts";
import { makeDkimVerifier } from "./dkim.ts";
import { watchInbox } from "./mail-inbox.ts";
import { listenForMail } from "./mail-listener.ts";

/** The ways in for answers. */
export interface OpenIntake {
  close(): Promise<void>;
}

/** Opens the ways in for answers that the settings name: MAIL_LISTEN, MAIL_INBOX. Throws `bad_config` where nobody can listen there. */
export async function openIntake(deps: Deps): Promise<OpenIntake> {
  const { mailListen, mailInbox, mailAuthservId } = deps.config;
  const intake = { verifyDkim: mailAuthservId === null ? makeDkimVerifier(deps.now) : null };
  const opened: OpenIntake[] = [];
  if (mailListen !== null) {
    try {
      const listener = await listenForMail(deps, intake, mailListen);
      deps.log.info("mail_listening", { port: listener.port });
      opened.push(listener);
    } catch (error) {
      throw new AppError("bad_config", `MAIL_LISTEN: nobody can listen there: ${messageOf(error)}`, { cause: error });
    }
  }
  if (mailInbox !== null) {
    const inbox = watchInbox(deps, intake, mailInbox);
    opened.push({ close: async () => inbox.stop() });
  }
  return {
    async close() {
      for (const one of opened) await one.close();
    },
  };
}
