/** The person closed the dialog that asks for the password: nothing was done, and nothing has to be said about it. */
export class NotConfirmedError extends Error {
  override readonly name = 'NotConfirmedError';
}
