/** What dot-ai's own errors carry beside their message. */
export type ErrorCategory = 'authorization' | 'validation';

export class AppError extends Error {
  constructor(
    readonly category: ErrorCategory,
    message: string,
  ) {
    super(message);
  }
}
