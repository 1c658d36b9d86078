import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as v from "valibot";
import { freePort } from "../../free-port.ts";
import { until } from "../../until.ts";

/** A mailbox that Thunderbird opens: IMAP and SMTP servers on this machine, without TLS. */
export interface ThunderbirdAccount {
  readonly user: string;
  readonly address: string;
  readonly imapPort: number;
  readonly smtpPort: number;
}

const barSchema = v.object({
  label: v.string(),
  subject: v.string(),
  /** Those that are shown, with a point on the screen inside each. */
  buttons: v.array(v.object({ id: v.string(), x: v.number(), y: v.number() })),
});
/** The bar above a message that holds an invitation. */
export type InvitationBar = v.InferOutput<typeof barSchema>;

/** Thunderbird on a screen of its own, driven over Marionette, and pressed with a mouse. */
export interface Thunderbird {
  /** Shows the newest message in the inbox whose subject has these words; null: it is not there yet, or has no bar. */
  show(words: string): Promise<InvitationBar | null>;
  /** Presses a button of the bar, by its id. */
  press(bar: InvitationBar, id: string): Promise<void>;
  /** Returns the window as a PNG. */
  picture(): Promise<Buffer>;
  close(): Promise<void>;
}

/** Opens the inbox, whose password it knows then. */
const openInbox = `
  const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
  const server = MailServices.accounts.accounts.map(({ incomingServer }) => incomingServer).find(({ type }) => type === "imap");
  const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
  login.init("imap://127.0.0.1", null, "imap://127.0.0.1", server.username, "secret", "", "");
  await Services.logins.addLoginAsync(login);
  server.performExpand(null);
  return true;
`;

/** Selects the newest message whose subject has these words; returns what its bar says and offers, null as long as there is none. */
const showNewest = `
  const [words] = arguments;
  const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
  const server = MailServices.accounts.accounts.map(({ incomingServer }) => incomingServer).find(({ type }) => type === "imap");
  const inbox = server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
  if (inbox === null) return null;
  const tabmail = document.getElementById("tabmail");
  const pane = tabmail.currentAbout3Pane;
  if (pane?.gFolder?.URI !== inbox.URI) {
    pane?.displayFolder?.(inbox.URI);
    return null;
  }
  inbox.getNewMessages(null, null);
  const view = pane.gDBView;
  const found = [...inbox.messages].filter((message) => message.mime2DecodedSubject.includes(words)).sort((a, b) => a.messageKey - b.messageKey).at(-1);
  if (found === undefined || !view) return null;
  const row = view.findIndexOfMsgHdr(found, true);
  if (pane.threadTree.selectedIndex !== row) {
    pane.threadTree.selectedIndex = row;
    return null;
  }
  const message = tabmail.currentAboutMessage;
  const bar = message?.document.querySelector(".calendar-notification-bar");
  if (message?.gMessage?.messageKey !== found.messageKey || !bar || bar.collapsed) return null;
  const buttons = [...message.document.querySelectorAll("#imip-view-toolbar toolbarbutton")].filter((button) => !button.hidden && button.getBoundingClientRect().width > 0);
  return {
    label: bar.querySelector(".msgNotificationBarText").textContent,
    subject: found.mime2DecodedSubject,
    buttons: buttons.map((button) => {
      const { left, top, height } = button.getBoundingClientRect();
      return { id: button.id, x: message.mozInnerScreenX + left + 20, y: message.mozInnerScreenY + top + height / 2 };
    }),
  };
`;

/** Starts Thunderbird with one account and one calendar, and nothing that a first start shows. */
export async function openThunderbird(account: ThunderbirdAccount): Promise<Thunderbird> {
  const folder = await mkdtemp(join(tmpdir(), "thunderbird-"));
  const port = await freePort();
  const prefs = Object.entries(preferences(account, port));
  await writeFile(
    join(folder, "user.js"),
    prefs.map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(""),
  );
  const screen = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1400x900x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const shown = screen.stdio[3];
  if (shown === null || shown === undefined) throw new Error("Xvfb tells no display");
  const display = `:${String((await once(shown, "data"))[0]).trim()}`;
  const env = { ...process.env, DISPLAY: display, HOME: folder, MOZ_DISABLE_AUTO_SAFE_MODE: "1" };
  const program = spawn(
    "thunderbird",
    ["--marionette", "--remote-allow-system-access", "--no-remote", "--profile", folder],
    { env, stdio: "ignore" },
  );
  const close = async (): Promise<void> => {
    for (const one of [program, screen]) await end(one);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  let command: ReturnType<typeof talkTo>;
  try {
    command = talkTo(
      await until(
        async () => connect(port),
        () => "Marionette does not answer",
      ),
    );
    await command("WebDriver:NewSession", { capabilities: { alwaysMatch: {} } });
    await command("Marionette:SetContext", { value: "chrome" });
  } catch (error) {
    await close();
    throw error;
  }
  const run = async (script: string, ...args: readonly unknown[]): Promise<unknown> => {
    const body = `return (async function () { ${script} }).apply(null, arguments);`;
    return valueOf(await command("WebDriver:ExecuteScript", { script: body, args, sandbox: "system" }));
  };
  await run(openInbox);
  return {
    async show(words) {
      const shown = await run(showNewest, words);
      return v.is(barSchema, shown) ? shown : null;
    },
    async press({ buttons }, id) {
      const button = buttons.find((one) => one.id === id);
      if (button === undefined) throw new Error(`there is no ${id}`);
      const at = [button.x, button.y].map((place) => String(Math.round(place)));
      await promisify(execFile)("xdotool", ["mousemove", ...at, "click", "1"], { env });
    },
    async picture() {
      return Buffer.from(String(valueOf(await command("WebDriver:TakeScreenshot", { full: false }))), "base64");
    },
    close,
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

async function connect(port: number): Promise<Socket | null> {
  const socket = createConnection(port, "127.0.0.1");
  return once(socket, "connect").then(
    () => socket,
    () => null,
  );
}

function valueOf(answer: unknown): unknown {
  return typeof answer === "object" && answer !== null && "value" in answer ? answer.value : null;
}

/** Returns what sends a command of Marionette and resolves to its answer: frames of a length, a colon and JSON. */
function talkTo(socket: Socket) {
  const waiting = new Map<number, (message: readonly unknown[]) => void>();
  let rest = Buffer.alloc(0);
  socket.on("data", (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    for (let colon = rest.indexOf(":"); colon > 0; colon = rest.indexOf(":")) {
      const end = colon + 1 + Number(rest.subarray(0, colon).toString());
      if (rest.length < end) return;
      const message: unknown = JSON.parse(rest.subarray(colon + 1, end).toString());
      rest = rest.subarray(end);
      if (Array.isArray(message)) waiting.get(Number(message[1]))?.(message);
    }
  });
  let n = 0;
  return async (name: string, parameters: object): Promise<unknown> => {
    n += 1;
    const id = n;
    const text = JSON.stringify([0, id, name, parameters]);
    const answer = new Promise<readonly unknown[]>((resolve) => waiting.set(id, resolve));
    socket.write(`${Buffer.byteLength(text)}:${text}`);
    const [, , error, result] = await answer;
    if (error !== null) throw new Error(`${name}: ${JSON.stringify(error)}`);
    return result;
  };
}

const calendarId = "5f0c7a4e-0d5c-4f0e-9d4e-6d3a0f3d2b1c";

function preferences({ user, address, imapPort, smtpPort }: ThunderbirdAccount, port: number) {
  return {
    "marionette.port": port,
    "mail.accountmanager.accounts": "account1,account2",
    "mail.accountmanager.defaultaccount": "account1",
    "mail.accountmanager.localfoldersserver": "server2",
    "mail.account.account1.identities": "id1",
    "mail.account.account1.server": "server1",
    "mail.account.account2.server": "server2",
    "mail.server.server1.type": "imap",
    "mail.server.server1.hostname": "127.0.0.1",
    "mail.server.server1.port": imapPort,
    "mail.server.server1.userName": user,
    "mail.server.server1.name": address,
    "mail.server.server1.socketType": 0,
    "mail.server.server1.authMethod": 3,
    "mail.server.server1.login_at_startup": false,
    "mail.server.server1.check_new_mail": true,
    "mail.server.server2.type": "none",
    "mail.server.server2.hostname": "Local Folders",
    "mail.server.server2.userName": "nobody",
    "mail.identity.id1.useremail": address,
    "mail.identity.id1.fullName": "Maria Näidis",
    "mail.identity.id1.smtpServer": "smtp1",
    "mail.identity.id1.valid": true,
    "mail.identity.id1.doFcc": false,
    "mail.smtpservers": "smtp1",
    "mail.smtp.defaultserver": "smtp1",
    "mail.smtpserver.smtp1.hostname": "127.0.0.1",
    "mail.smtpserver.smtp1.port": smtpPort,
    "mail.smtpserver.smtp1.authMethod": 1,
    "mail.smtpserver.smtp1.try_ssl": 0,
    "calendar.list.sortOrder": calendarId,
    [`calendar.registry.${calendarId}.name`]: "Home",
    [`calendar.registry.${calendarId}.type`]: "storage",
    [`calendar.registry.${calendarId}.uri`]: "moz-storage-calendar://",
    [`calendar.registry.${calendarId}.calendar-main-in-composite`]: true,
    [`calendar.registry.${calendarId}.imip.identity.key`]: "id1",
    "calendar.timezone.local": "Europe/Tallinn",
    "calendar.timezone.useSystemTimezone": false,
    "app.update.enabled": false,
    "app.donation.eoy.version.viewed": 999,
    "browser.shell.checkDefaultBrowser": false,
    "datareporting.policy.dataSubmissionEnabled": false,
    "extensions.update.enabled": false,
    "mail.provider.suppress_dialog_on_startup": true,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": false,
    "mail.spotlight.firstRunDone": true,
    "mailnews.start_page.enabled": false,
    "mailnews.start_page_override.mstone": "ignore",
    "network.proxy.type": 0,
    "toolkit.telemetry.enabled": false,
    "trailhead.firstrun.didSeeAboutWelcome": true,
  };
}
