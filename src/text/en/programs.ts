/** The page of calendar programs that sign in over CalDAV. */
export const programs = {
  title: "Calendar programs",
  /** On the page of a calendar, before its address. */
  heading: "As a calendar account",
  about:
    "Thunderbird, iPhone, iPad, Mac, Android with DAVx5, GNOME, KDE and classic Outlook can sign in here. They then have all your calendars at once, ask again within minutes, and accept and decline requests with their own buttons.",
  address: "Address",
  userName: "User name",
  password: "App password",
  make: "Create an app password",
  makeHelp:
    "Give each program its own password, so that you can revoke one without the others. Whoever has it reads your calendars, and accepts and rejects in your name.",
  name: "Name of the program or device",
  nameHelp: "For example Thunderbird at work.",
  fault: "Give it a name.",
  create: "Create",
  profile: "Create for iPhone, iPad or Mac",
  profileHelp:
    "The second button downloads a profile that has the password in it: open it, install it in Settings, then delete the file.",
  /** After it was created; it is not kept. */
  made: (name: string) => `This is the app password for ${name}. Copy it now: it is shown only this once.`,
  otherName: (id: string) => `If a program does not accept the user name, use ${id} instead.`,
  qr: "Account for DAVx5 as a QR code",
  qrHelp: "With DAVx5: point the phone's camera at the code. It has the password in it.",
  openDavx5: "Open in DAVx5",
  back: "Back to the list",
  list: "App passwords",
  none: "There are none yet.",
  created: "created",
  never: "never used",
  used: (client: string, when: string) => `last used by ${client}, ${when}`,
  revoke: "Revoke",
  revoked: "Revoked. The program that had it will ask for a password.",
  plainHttp:
    "This service is not reached over https, so no password may be sent to it. Its operator gives it an https address with PUBLIC_URL.",
  operator:
    "You are signed in with ADMIN_TOKEN, which is no person. Sign in with your own Waldur account to create an app password.",
  how: "How to add the account",
  steps: {
    thunderbird: [
      "New calendar, On the network",
      "Enter the user name and the address, then Find calendars",
      "Enter the app password, and choose the calendars",
    ],
    apple: [
      "Create for iPhone, iPad or Mac above, and open the file there",
      "Or in Settings: Apps, Calendar, Calendar accounts, Add account, Other, Add CalDAV account; on a Mac: Calendar, Add account, Other CalDAV account, Manual",
      "The server is the address without https:// and what follows the name",
    ],
    davx5: [
      "Scan the code that is shown with a new app password, or add an account: Login with URL and user name",
      "As the account name choose your mail address, or Android does not know which requests are yours to answer",
      "Choose the calendars, then synchronise",
    ],
    gnome: [
      "Settings, Online Accounts, Calendar, Contacts and Files (WebDAV): enter the address, the user name and the app password; Files may be off",
      "In Evolution: New, Calendar, type CalDAV; enter the address and the user name, then Find calendars",
    ],
    kde: [
      "In KOrganizer's list of calendars: Add Calendar, DAV groupware resource; enter the user name and the app password",
      "Configure the resource manually: Add, protocol CalDAV, the address as Remote URL, then Fetch",
      "For Accept and Decline, your mail address must stand under Configure KOrganizer, General, Personal; when asked whether you really want to edit the event, press OK",
    ],
    outlook: [
      "Install CalDav Synchronizer, add a profile of type Generic CalDAV/CardDAV",
      "Enter the address, the user name and the app password, then Test or discover settings",
    ],
  },
};
