/** A request to the control API that cannot be met; `message` names the field or the thing that is missing. */
export class ControlError extends Error {
  constructor(
    readonly status: 400 | 404 | 409,
    message: string,
  ) {
    super(message);
  }
}
