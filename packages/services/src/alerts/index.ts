// What others may use of alerts.
export { Alerts, type AlertsOptions } from './alerts.ts';
export { findingToEcs } from './ecs.ts';
export { isSyslogTarget, Syslog } from './syslog.ts';
export { isWebhookAddress, Webhook } from './webhook.ts';
