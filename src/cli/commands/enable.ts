import { isUnderstood } from '../../core/consent/config-file.js';
import { type Destination, type Endpoint, toDestination } from '../../core/consent/destination.js';
import { offeredRecipient } from '../../core/consent/recipient.js';
import { assertUnderstood } from '../../core/control/config-problem.js';
import { saveRefusal, setAnalytics } from '../../core/control/set-analytics.js';
import { type Local, lookAt } from '../../core/inspect/local-state.js';
import * as CLI_ERRORS from '../../platform/error-table/cli.js';
import { AnalyticsError } from '../../platform/errors.js';
import { requireHome } from '../../platform/home.js';
import { EVENTS, SCHEMA } from '../../schema/fields.js';
import type { Options, Run } from '../command.js';
import { commandLine } from '../command-line.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { SOURCES } from '../format.js';
import { columns } from '../layout.js';
import type { Output } from '../output.js';
import { remarkSaved, type Saved, settingResult, showSaved } from '../setting-result.js';

export const run: Run<'enable'> = async ({ options }, output) => {
  const home = requireHome(process.env);
  const local = lookAt();
  if (isAccepted(local)) {
    if (options.json) output.json(settingResult({ analytics: true, consent: local.consent, configPath: home.config }));
    else output.data(`Analytics is on already. Turn it off: ${commandLine('disable')}`);
    return EXIT.done;
  }
  if (!options.replace) await assertUnderstood(home); // before a person is asked
  const { isRefused, problem = '' } = local.resolved;
  if (isRefused) throw new AnalyticsError(CLI_ERRORS.invalidDestination, { problem });
  const offer = offerOf(local);
  if (options.yes || (await isAcceptedByPerson(offer, output))) return accept(offer, options, output);
  return decline(local, options, output);
};

/** What an opt-in accepts. */
interface Offer {
  readonly schema: number;
  /** Null if nobody is known yet. */
  readonly recipient: Destination | null;
  /** Set if this one takes the place of another, which was in force. */
  readonly previous: Destination | null;
}

function offerOf({ resolved, config }: Local): Offer {
  const { pending, recipient } = resolved;
  const offered = offeredRecipient(resolved, config);
  const known = pending ?? recipient ?? (offered && toDestination(offered, 'pinned'));
  return { schema: SCHEMA, recipient: known, previous: pending && recipient };
}

/** Whether the offer is accepted already, and in effect. */
function isAccepted({ consent, config, resolved }: Local): boolean {
  const isOn = consent.enabled && consent.decidedBy === 'config' && config.acceptedSchema === SCHEMA;
  return isOn && resolved.pending === null && resolved.problem === undefined;
}

/** @throws AnalyticsError `USAGE` if nobody can answer, `ExitPromptError` on Ctrl-C */
async function isAcceptedByPerson(offer: Offer, output: Output): Promise<boolean> {
  if (!output.canAsk) throw new AnalyticsError(CLI_ERRORS.nobodyCanAnswer);
  explain(offer, output);
  return output.ask('Turn anonymous usage analytics on?');
}

async function accept(offer: Offer, options: Options<'enable'>, output: Output): Promise<ExitCode> {
  const result = await setAnalytics(true, { replace: options.replace === true, recipient: endpointOf(offer) });
  const problem = result.consent.enabled ? undefined : new AnalyticsError(CLI_ERRORS.enableHasNoEffect);
  if (options.json) output.json(settingResult(result, { problems: problem ? [problem.message] : [] }));
  else {
    showSaved(result, `, schema ${offer.schema}`, output);
    if (options.yes) output.data(acceptedInWords(offer));
  }
  remarkSaved(result, output);
  if (problem !== undefined) throw problem;
  if (!options.json)
    output.data(`See what is counted at any time: ${commandLine('preview')}. Turn it off: ${commandLine('disable')}`);
  return EXIT.done;
}

function endpointOf({ recipient }: Offer): Endpoint | null {
  return recipient && { host: recipient.host, key: recipient.key };
}

/** The user asked for analytics and did not turn it on, so the command fails. */
async function decline(local: Local, options: Options<'enable'>, output: Output): Promise<ExitCode> {
  const wasOn = local.consent.enabled || local.config.analytics === true;
  const isSaved = !wasOn && isUnderstood(local.config.state) && (await saveRefusal());
  const { config, consent, home } = lookAt();
  const state: Saved = { analytics: config.analytics === true, consent, configPath: home?.config ?? '' };
  if (options.json) output.json(settingResult(state));
  else
    output.data(
      isSaved
        ? 'Analytics stays off. Your answer is saved, so servers do not mention analytics again.'
        : 'Nothing was changed.',
    );
  return EXIT.failed;
}

/** Shows on one screen what an opt-in means, on stderr like the question: stdout may go to a file. */
function explain(offer: Offer, { paint, width, remark }: Output): void {
  remark(`${paint.bold('What is collected')}: once a day, counts. Per row one of these, nothing else:`);
  remark(
    columns(
      EVENTS.map(({ event, answers }) => [event, answers]),
      width,
    ),
  );
  remark(`\n${paint.bold('What is not')}`);
  remark(
    'No identifier of you, your machine, installation or session. No arguments, prompts, results, error messages, cluster or file names; nothing of your operating system, versions or client, and no clock time.',
  );
  remark(`\n${paint.bold('Where it goes')}`);
  remark(
    `${whereInWords(offer)} As with any request, the recipient sees the IP address that it comes from; it is asked not to store it. In a container whose folder is not kept, a server sends when it ends instead of once a day.`,
  );
  remark(`\nAn example: ${commandLine('preview')}. Every field and why: ${commandLine('schema')}.\n`);
}

function whereInWords({ recipient, previous }: Offer): string {
  if (recipient === null)
    return 'No recipient is known yet. The first server that names one is accepted with this; status shows it.';
  const change = previous === null ? '' : ` instead of ${previous.host}`;
  return `To ${recipient.host}${change}, project key ${recipient.key} (${SOURCES[recipient.source]}).`;
}

function acceptedInWords(offer: Offer): string {
  const kinds = EVENTS.map(({ event }) => event).join(', ');
  return `Accepted: schema ${offer.schema}, which is one report a day with rows of these kinds: ${kinds}. Where it goes: ${whereInWords(offer)} Every field and why: ${commandLine('schema')}`;
}
