import type { ErrorDefinition } from './definition.js';

/** Errors of `dashboard posthog`. `<detail>` is empty, or what PostHog said itself. */
export const keyMissing = {
  code: 'USAGE',
  message:
    'POSTHOG_PERSONAL_API_KEY must hold a personal PostHog key. It needs the scopes dashboard:write and insight:write, with --releases annotation:write, and with --check query:read. It is never read from an argument, which other users of the machine could see.',
  why: '`dashboard posthog` changes your project, and the variable is not set.',
  remedy: 'Create a key in the settings of your PostHog account. `--dry-run` needs none.',
} as const satisfies ErrorDefinition;

export const invalidProject = {
  code: 'USAGE',
  message: '--project takes the number of the project, which is in the address of the app: /project/12345.',
  why: 'The option is missing, or its value is not a number.',
} as const satisfies ErrorDefinition;

export const invalidHost = {
  code: 'USAGE',
  message:
    '--host takes the address of the app, such as https://eu.posthog.com or https://us.posthog.com. It must be https, except for loopback.',
  why: 'The value is not a URL, or not https. Without TLS, others could read the personal key on its way.',
} as const satisfies ErrorDefinition;

export const notReachable = {
  code: 'POSTHOG',
  message:
    '<host> cannot be reached: <cause>. Check --host and the network, then run the command again: it resumes where it stopped.',
  why: 'There was no connection, or no answer in time.',
} as const satisfies ErrorDefinition;

export const requestNotAccepted = {
  code: 'POSTHOG',
  message:
    'PostHog answered 400: it does not accept this request. An old self-hosted version may not know it, and then this package cannot be used with it.<detail>',
  why: 'The installed version of PostHog lacks a feature that the dashboard needs.',
  remedy: 'Update PostHog.',
} as const satisfies ErrorDefinition;

export const keyNotAccepted = {
  code: 'POSTHOG',
  message:
    'PostHog answered 401: the personal key is not accepted. Create one in the settings of your account, and put it into POSTHOG_PERSONAL_API_KEY.<detail>',
  why: 'The key is wrong, was deleted, or belongs to another region.',
} as const satisfies ErrorDefinition;

export const scopeMissing = {
  code: 'POSTHOG',
  message:
    'PostHog answered 403: the personal key may not do this. It needs the scopes dashboard:write and insight:write for this project, with --releases annotation:write, and with --check query:read. In old self-hosted versions, only paying customers may describe a dashboard.<detail>',
  why: 'The key lacks a scope, or has no access to the project.',
} as const satisfies ErrorDefinition;

export const projectNotFound = {
  code: 'POSTHOG',
  message:
    'PostHog answered 404: there is no such project for this key. Its number is in the address of the app: /project/12345.<detail>',
  why: 'The number of the project is wrong, or the project is in another region.',
} as const satisfies ErrorDefinition;

export const tooManyRequests = {
  code: 'POSTHOG',
  message: 'PostHog answered 429: there are still too many requests. Try again in a few minutes.<detail>',
  why: 'PostHog limits the requests of a project. The command has already waited several times.',
} as const satisfies ErrorDefinition;

export const unexpectedAnswer = {
  code: 'POSTHOG',
  message:
    'PostHog answered <status>, which is unexpected. Run the command again: it resumes where it stopped.<detail>',
  why: 'PostHog has a problem, or a proxy answers in its place.',
  remedy: 'Check that `--host` names the app of PostHog.',
} as const satisfies ErrorDefinition;
