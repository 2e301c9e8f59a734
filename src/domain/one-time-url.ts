/** Where a one-time link leads. Browsers do not send what is behind the `#`, so the token is in nobody's access log. */
export const oneTimeUrl = (publicUrl: string, token: string): string => `${publicUrl}/invite#token=${token}`;
