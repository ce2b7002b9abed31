// What others may use of alerts.
export { Alerts, type AlertsOptions } from './alerts.ts';
export { endpointIn, findingToEcs, isOfRule, type RuleFinding } from './ecs.ts';
export { isSyslogTarget, Syslog } from './syslog.ts';
export { isWebhookAddress, Webhook } from './webhook.ts';
