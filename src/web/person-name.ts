/** Returns the name of somebody whom Waldur knows: the full name, or else the user name. */
export function personName({ fullName, username }: { readonly fullName: string; readonly username: string }): string {
  return fullName || username;
}
