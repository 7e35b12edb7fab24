import type { Edit } from '../edit.js';

const MCP = 'src/interfaces/mcp.ts';
const RECOMMEND = 'src/tools/recommend.ts';
const ERRORS = 'src/core/error-handling.ts';
const VERSION = 'src/tools/version.ts';
const MAIN = 'src/mcp/server.ts';
const AI = 'src/core/tracing/ai-tracing.ts';

/** A stage counts where it begins: after its access check, and before its handler. */
function stage(name: string, anchor: string, indent: string): Edit {
  const lines = `${indent}countStage('${name}');`;
  return { file: RECOMMEND, anchor, where: 'before', lines, why: `the stage ${name} runs` };
}

/** What counts, in dot-ai's source. */
export const SERVER: readonly Edit[] = [
  {
    file: MCP,
    anchor: /import \{[^}]*withToolTracing \} from '..\/core\/tracing';/,
    where: 'after',
    lines: `import { analytics } from '../core/analytics';\nimport { instrument } from 'dot-ai-analytics/mcp';`,
    why: 'imports',
  },
  {
    file: MCP,
    anchor: 'this.restRegistry.registerTool({',
    where: 'before',
    lines: `    const countedHandler = (args: ToolArgs) =>
      analytics.run(analytics.tool(name), () => restTracedHandler(args));`,
    why: 'REST calls belong to no session',
  },
  {
    file: MCP,
    anchor: 'handler: restTracedHandler as',
    where: 'replace',
    lines: 'handler: countedHandler as',
    why: 'REST calls belong to no session',
  },
  {
    file: MCP,
    anchor: '// Track client info per session',
    where: 'before',
    lines: `    // Before tools are registered: counts every call of this session, unknown tools and refused arguments included
    instrument(server, analytics);
`,
    why: 'MCP calls; withToolTracing sees neither unknown tools nor refused arguments',
  },
  {
    file: RECOMMEND,
    anchor: "import { checkToolAccess } from '../core/rbac';",
    where: 'after',
    lines: `import { stageCounter } from '../core/analytics';`,
    why: 'import',
  },
  {
    file: RECOMMEND,
    anchor: 'return await ErrorHandler.withErrorHandling(',
    where: 'before',
    lines: `  // Outside the retry: a stage that is tried twice is used once
  const countStage = stageCounter();`,
    why: 'one counter for each call',
  },
  stage('chooseSolution', 'return await handleChooseSolutionTool(', '        '),
  stage('answerQuestion', 'return await handleAnswerQuestionTool(', '        '),
  stage('generateManifests', 'return await handleGenerateManifestsTool(', '        '),
  stage('deployManifests', 'return await handleDeployManifestsTool(', '        '),
  stage('pushToGit', 'return await handlePushToGitTool(', '        '),
  {
    file: ERRORS,
    anchor: /import \{[^}]*McpError[^}]*\} from '@modelcontextprotocol\/sdk\/types\.js';/,
    where: 'after',
    lines: `import type { Category } from 'dot-ai-analytics';`,
    why: 'import',
  },
  {
    file: ERRORS,
    anchor: /\/\*\*\n \* Error severity levels/,
    where: 'before',
    lines: `/**
 * Categories whose name in usage analytics differs
 */
const REPORTED_CATEGORY: Record<
  Exclude<\`\${ErrorCategory}\`, Category>,
  Category
> = {
  cli_interface: 'operation',
  unknown: 'other',
};
`,
    why: 'does not compile if dot-ai adds a category that has no name in a report',
  },
  {
    file: ERRORS,
    anchor: 'return new McpError(errorCode, message);',
    where: 'replace',
    lines: `const { category } = appError;
    // Several categories share one JSON-RPC code. Usage analytics reads \`cause.category\` and nothing else of the cause.
    return Object.assign(new McpError(errorCode, message), {
      cause: {
        category:
          REPORTED_CATEGORY[category as keyof typeof REPORTED_CATEGORY] ?? category,
      },
    });`,
    why: 'ai_service stays ai_service, and authorization does not become validation',
  },
  {
    file: AI,
    anchor: /\/\*\*\n \* Configuration for AI operation tracing/,
    where: 'before',
    lines: `import { analytics } from '../analytics';\n`,
    why: 'import',
  },
  {
    file: AI,
    anchor: '// Get tracer (returns no-op if tracing disabled)',
    where: 'before',
    lines: `  // One call of a provider, however often the AI SDK retries it
  if (options.operation !== 'embeddings') analytics.provider(options.provider);
`,
    why: 'the AI providers, for chat and tool loops',
  },
  {
    file: VERSION,
    anchor: "import { getCurrentIdentity } from '../interfaces/request-context';",
    where: 'after',
    lines: `import { analytics, telemetryLine } from '../core/analytics';\nimport { getTelemetry } from '../core/telemetry';`,
    why: 'imports',
  },
  {
    file: VERSION,
    anchor: '...(visualizationUrl ? { visualizationUrl } : {})',
    where: 'before',
    lines: `      analytics: analytics.statusLine(),
      telemetry: telemetryLine(getTelemetry().isEnabled()),`,
    why: '"Analytics: disabled" alone would read as "nothing is sent"',
  },
  {
    file: MAIN,
    anchor: "from '../core/tracing/index.js';",
    where: 'after',
    lines: `import { analytics } from '../core/analytics.js';`,
    why: 'import',
  },
  {
    file: MAIN,
    anchor: '// Stop server first to drain in-flight requests',
    where: 'before',
    lines: `      // First, because draining a long call can outlast the grace period of the pod. At most a second.
      await analytics.close();
`,
    why: 'a pod without a volume sends its counts before it is killed',
  },
  {
    file: MAIN,
    anchor: 'await mcpServer.stop();',
    where: 'after',
    lines: `
      // Calls that ended while the server was draining
      await analytics.close();`,
    why: 'the calls that were in flight',
  },
];
