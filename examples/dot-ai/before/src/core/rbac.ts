import { AppError } from './errors';
import { currentUser } from './request-context';

type Verb = 'execute' | 'apply';

/** In a cluster a SubjectAccessReview answers this. Whoever is not named may do everything. */
const VERBS: Readonly<Record<string, readonly Verb[]>> = { guest: [], viewer: ['execute'] };

/** @throws AppError `authorization` */
export function requireAccess(tool: string, verb: Verb): void {
  const user = currentUser();
  if (VERBS[user]?.includes(verb) === false) throw new AppError('authorization', `${user} may not ${verb} ${tool}`);
}

/** The handler behind the check, in one piece: a refusal is a call that failed. */
export function guarded<Args, Result>(tool: string, handler: (args: Args) => Promise<Result>) {
  return async (args: Args): Promise<Result> => {
    requireAccess(tool, 'execute');
    return handler(args);
  };
}

export function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && error.category === 'authorization';
}
