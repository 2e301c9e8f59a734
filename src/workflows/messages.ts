/**
 * What the outside says to workflows: names, ids, signals, queries. Shared by api, worker and tests; nothing here runs.
 */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { ItemWorkflowState } from './item-state.js';

export const ITEM_WORKFLOW = 'itemWorkflow';
export const SWEEP_WORKFLOW = 'sweepWorkflow';
export const FORWARD_WORKFLOW = 'forwardWebhookWorkflow';
export const AUDIT_WORKFLOW = 'auditWorkflow';
export const INTEGRATION_AUDIT_WORKFLOW = 'integrationAuditWorkflow';

/** The one workflow of an Item; `itemId` is the row's UUID. */
export const itemWorkflowId = (itemId: string): string => `item/${itemId}`;
export const forwardWorkflowId = (webhookId: string): string => `forward/${webhookId}`;
/** Of an Item or of a whole integration; `id` is the row's UUID, and only one audit of it runs at a time. */
export const auditWorkflowId = (id: string): string => `audit/${id}`;
export const SWEEP_SCHEDULE_ID = 'ardea-sweep';

/** Search attribute (Keyword) with the contract's status of an Item: `ArdeaStatus = "erroring"` finds what needs a person. */
export const STATUS_ATTRIBUTE = 'ArdeaStatus';
/** Search attributes (Keyword) that find an Item's workflow: Plaid's item_id, and the API's ids of integration and organisation. */
export const ITEM_ATTRIBUTE = 'ArdeaItemId';
export const INTEGRATION_ATTRIBUTE = 'ArdeaIntegrationId';
export const ORGANIZATION_ATTRIBUTE = 'ArdeaOrganizationId';

/** "Something changed, look": carries no facts; the workflow reads them from PostgreSQL and asks Plaid. */
export const lookSignal = defineSignal('look');
export const getStateQuery = defineQuery<ItemWorkflowState>('getState');

export interface ItemWorkflowInput {
  itemId: string;
  /** Carried through continue-as-new; absent on a fresh start. */
  state?: ItemWorkflowState;
  /** Events after which a new execution continues; only tests, which cannot wait for the default, set it. */
  historyLength?: number;
}

export interface ForwardWorkflowInput {
  webhookId: string;
}

export interface AuditWorkflowInput {
  /** Row id of the Item. */
  itemId: string;
}

export interface IntegrationAuditWorkflowInput {
  /** Row id of the integration. */
  integrationId: string;
  /** Events after which a new execution continues; only tests set it. */
  historyLength?: number;
}
