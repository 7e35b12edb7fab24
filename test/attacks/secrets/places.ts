/** Where a server, its client or its machine holds something that is nobody's business. */
export const PLACES = [
  ...[
    'argument',
    'nestedArgument',
    'argumentName',
    'result',
    'failedResult',
    'softFailure',
    'structured',
    'meta',
    'key',
    'value',
  ],
  ...[
    'message',
    'cause',
    'className',
    'errorName',
    'code',
    'status',
    'stack',
    'reason',
    'kubernetes',
    'rejectedString',
  ],
  ...['toolName', 'unknownTool', 'dynamicTool', 'runTool', 'description', 'feature', 'provider'],
  ...['promptName', 'prompt', 'resourceName', 'resource', 'resourceText', 'serverName', 'clientName', 'clientVersion'],
  ...['header', 'headerName', 'userAgent', 'token', 'clientId', 'scope', 'user', 'sessionId'],
  ...['environment', 'environmentName', 'kubeconfig', 'namespace', 'posthogKey', 'userVariable', 'hostVariable'],
  ...['home', 'directory', 'hostName', 'userName', 'realName'],
] as const;
export type Place = (typeof PLACES)[number];
