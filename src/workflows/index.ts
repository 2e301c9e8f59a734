/** The only entry of the workflow bundle. */
export { itemWorkflow } from './item.js';
export { sweepWorkflow } from './sweep.js';
export { forwardWebhookWorkflow } from './forward-webhook.js';
export { auditWorkflow } from './audit.js';
export { integrationAuditWorkflow } from './integration-audit.js';
