import type { Edit } from '../edit.js';

const DEPLOYMENT = 'charts/templates/deployment.yaml';

/** The folder of DOT_AI_CONFIG_DIR. It is the mount point itself, which may have any mode. */
const FOLDER = '/var/lib/dot-ai';

/** The image, and the chart: the only place where dot-ai is configured. */
export const CHART: readonly Edit[] = [
  {
    file: 'Dockerfile',
    anchor: /RUN ln -s \S*dot-ai\/dist\/mcp\/server\.js \/usr\/local\/bin\/dot-ai-mcp/,
    where: 'after',
    lines: `
# The command line of usage analytics, for kubectl exec
RUN ln -s /usr/local/lib/node_modules/@vfarcic/dot-ai/node_modules/dot-ai-analytics/bin/dot-ai-analytics.cjs \\
    /usr/local/bin/dot-ai-analytics`,
    why: 'the image has no npx cache and links only dot-ai-mcp',
  },
  {
    file: 'charts/values.yaml',
    anchor: '# Qdrant Vector Database',
    where: 'before',
    lines: `# Usage analytics: anonymous counts of tools, failures and durations, without any identifier.
# Off unless you opt in here. It is separate from the telemetry above (DOT_AI_TELEMETRY), which is on by default.
# Docs: https://devopstoolkit.ai/docs/ai-engine/operations/analytics
analytics:
  enabled: false                    # true opts in (DOT_AI_ANALYTICS)
  hint: true                        # false: never show the note that says how to opt in (DOT_AI_ANALYTICS_HINT).
                                    # It is shown once per volume; without persistence, once per pod
  destination:                      # Empty = dot-ai's maintainers
    host: ""                        # Your PostHog, or your collector (DOT_AI_ANALYTICS_HOST)
    key: ""                         # Its project key (DOT_AI_ANALYTICS_KEY). Empty = the maintainers' key
  persistence:                      # Without a volume, counts are sent whenever the pod stops
    enabled: false                  # true: one report a day, whatever happens to the pod. Upgrades then replace the
                                    # pod (Recreate), because two pods cannot mount a ReadWriteOnce volume
    size: 128Mi                     # A few megabytes are used
    storageClass: ""                # Empty = the cluster's default class
`,
    why: 'the contract with operators; extraEnv must not be used for new settings',
  },
  {
    file: DEPLOYMENT,
    anchor: '  replicas: 1',
    where: 'after',
    lines: `{{- if ((.Values.analytics).persistence).enabled }}
  # The volume of usage analytics is ReadWriteOnce: the old pod has to release it first
  strategy:
    type: Recreate
{{- end }}`,
    why: 'a rolling update would wait forever for the volume on another node',
  },
  {
    file: DEPLOYMENT,
    anchor: '        # Git authentication (PRD #362: Git Operations)',
    where: 'before',
    lines: `{{- with .Values.analytics }}
        # Usage analytics: opt-in, and a value that is not understood means off
{{- if .enabled }}
        - name: DOT_AI_ANALYTICS
          value: {{ .enabled | quote }}
{{- end }}
{{- if not .hint }}
        - name: DOT_AI_ANALYTICS_HINT
          value: "false"
{{- end }}
{{- if (.destination).host }}
        - name: DOT_AI_ANALYTICS_HOST
          value: {{ .destination.host | quote }}
{{- end }}
{{- if (.destination).key }}
        - name: DOT_AI_ANALYTICS_KEY
          value: {{ .destination.key | quote }}
{{- end }}
{{- if (.persistence).enabled }}
        - name: DOT_AI_CONFIG_DIR
          value: ${FOLDER}
{{- end }}
{{- end }}`,
    why: 'the values as the library reads them',
  },
  {
    file: DEPLOYMENT,
    anchor: '{{- $mcpServersConfig := include "dot-ai.mcpServersConfig" . -}}',
    where: 'before',
    lines: `{{- $analyticsVolume := ((.Values.analytics).persistence).enabled -}}`,
    why: 'a volume also without plugins',
  },
  {
    file: DEPLOYMENT,
    anchor: '(ne $mcpServersConfig "[]")) }}\n        volumeMounts:',
    where: 'replace',
    lines: `(ne $mcpServersConfig "[]")) $analyticsVolume }}
        volumeMounts:
{{- if $analyticsVolume }}
        - name: analytics
          mountPath: ${FOLDER}
{{- end }}`,
    why: 'the counts, the setting and the flag of the hint are in this folder',
  },
  {
    file: DEPLOYMENT,
    anchor: '(ne $mcpServersConfig "[]")) }}\n      volumes:',
    where: 'replace',
    lines: `(ne $mcpServersConfig "[]")) $analyticsVolume }}
      volumes:
{{- if $analyticsVolume }}
      - name: analytics
        persistentVolumeClaim:
          claimName: {{ include "dot-ai.fullname" . }}-analytics
{{- end }}`,
    why: 'the claim of analytics-pvc.yaml',
  },
  {
    file: 'charts/templates/NOTES.txt',
    anchor: '=== dot-ai installed ===',
    where: 'after',
    lines: `
Usage analytics (opt-in): {{ if (.Values.analytics).enabled }}enabled{{ else }}disabled; set analytics.enabled=true to opt in{{ end }}.
  kubectl exec --namespace {{ .Release.Namespace }} deploy/{{ include "dot-ai.fullname" . }} -- dot-ai-analytics preview
  shows what would be sent. dot-ai's other telemetry is separate: it is on by default, with a stable id of the
  cluster, until extraEnv sets DOT_AI_TELEMETRY=false.`,
    why: 'an operator reads it once, after the installation',
  },
];
