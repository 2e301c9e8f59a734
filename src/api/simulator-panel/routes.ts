import type { Deps } from '../../deps.js';
import type { IntegrationRow } from '../../db/queries/integrations.js';
import { AppError, type ErrorCode } from '../../domain/errors.js';
import { findIntegration } from '../integrations/find.js';
import { inboundWebhookUrl } from '../integrations/urls.js';
import { findLink } from '../links/find.js';
import { createPostLink } from '../links/post-link.js';
import { createLinkPresenter } from '../links/present.js';
import { route, type Route } from '../route.js';
import { ACTIONS, faultsOf, type ActionContext, type ActionResult } from './actions.js';
import { createSimulatorControl, type SimulatedKind, type SimulatorControl } from './control.js';
import { presentFault, presentKind } from './present.js';
import {
  ACTION_BODIES,
  actionAnswer,
  SIMULATOR_ACTIONS,
  simulatorAnswer,
  type SimulatorAction,
} from './schema.js';

const tag = 'Simulator';
const params = { integration_id: 'heron_id of the integration (`itg_…`).' };

const SUMMARIES: Record<SimulatorAction, string> = {
  link_item: 'Link a simulated Item',
  relink: 'Link the accounts of an Item again, as a new one',
  spend: 'Spend something',
  post: 'Post what is pending',
  refresh: 'Refresh from the bank',
  history: 'Add transactions of earlier days',
  break: 'Break a login',
  repair: 'Repair a login',
  revoke: 'Withdraw the permission',
  webhook: 'Send a webhook',
  incident: 'Make something happen at the bank',
  fault: 'Switch a fault of Plaid on',
  clear_faults: 'Switch all faults off',
  advance_clock: "Move the simulator's clock ahead",
};

const LINK_ERRORS: readonly ErrorCode[] = [
  'integration.keys_rejected',
  'link.other_end_user',
  'link.other_integration',
  'link.superseded',
  'link.token_mismatch',
  'link.token_unconfirmed',
];

type SimulatorDeps = Pick<
  Deps,
  'config' | 'plaid' | 'integrations' | 'pauses' | 'links' | 'linkReads' | 'signals'
>;

/** A panel over the simulator's control API, only for integrations whose Plaid is that simulator. */
export function createSimulatorRoutes(deps: SimulatorDeps): Route[] {
  const { config, integrations } = deps;
  const url = config.SIMULATOR_CONTROL_URL;
  const control: SimulatorControl | null = url === undefined ? null : createSimulatorControl(url);
  const postLink = createPostLink(deps);
  const presentLink = createLinkPresenter(config.PUBLIC_URL);

  const controlOf = (integration: IntegrationRow): SimulatorControl | null =>
    integration.base_url === url ? control : null;

  const contextOf = async (organizationId: string, integrationId: string): Promise<ActionContext> => {
    const integration = await findIntegration(integrations, organizationId, integrationId);
    const own = controlOf(integration);
    if (own === null) throw new AppError('simulator.absent');
    return {
      control: own,
      integration,
      postLink,
      webhookUrl: inboundWebhookUrl(config.PUBLIC_URL, integration.id),
      async ownerOf(itemId) {
        const { link } = await findLink(deps, organizationId, {
          integration_id: integrationId,
          item_id: itemId,
        });
        const owner = await deps.linkReads.ownerOf(organizationId, link.id);
        if (owner === null) throw new AppError('link.not_found');
        return owner;
      },
    };
  };

  const actionRoute = <A extends SimulatorAction>(action: A): Route =>
    route({
      method: 'post',
      path: `/api/integrations/{integration_id}/simulator/${action}`,
      role: 'member',
      tag,
      summary: SUMMARIES[action],
      params,
      body: { schema: ACTION_BODIES[action], envelope: 'simulation', optional: action === 'clear_faults' },
      responses: { 200: { description: 'It is done.', schema: actionAnswer } },
      errors: [
        'integration.not_found',
        'link.not_found',
        'simulator.absent',
        'simulator.refused',
        'simulator.unavailable',
        ...(action === 'link_item' || action === 'relink' ? LINK_ERRORS : []),
      ],
      async handle({ organizationId, params: { integration_id: id = '' }, body }) {
        const context = await contextOf(organizationId, id);
        const run = ACTIONS[action] as (given: ActionContext, what: unknown) => Promise<ActionResult>;
        const { message, link, transactions = [] } = await run(context, body);
        return {
          status: 200,
          body: { result: { action, message, link: link ? presentLink(link) : null, transactions } },
        };
      },
    });

  return [
    route({
      method: 'get',
      path: '/api/integrations/{integration_id}/simulator',
      role: 'read_only',
      tag,
      summary: 'See whether an integration is simulated, and what can be done',
      description:
        'Only where `base_url` is the simulator that SIMULATOR_CONTROL_URL names, as with `npm start`.',
      params,
      responses: { 200: { description: 'Whether, or why not.', schema: simulatorAnswer } },
      errors: ['integration.not_found', 'simulator.unavailable'],
      async handle({ organizationId, params: { integration_id: id = '' } }) {
        const integration = await findIntegration(integrations, organizationId, id);
        const own = controlOf(integration);
        if (own === null) {
          const reason =
            'This integration is not on a simulator that this server may control (SIMULATOR_CONTROL_URL).';
          return {
            status: 200,
            body: { simulator: { available: false, reason, actions: [], faults: [], fault_kinds: [] } },
          };
        }
        const links = await deps.links.listByIntegration(organizationId, integration.id);
        const items = new Set(links.map((link) => link.plaid_item_id));
        const faults = await faultsOf(own, integration, items);
        const { kinds } = await own.call<{ kinds: SimulatedKind[] }>('GET', '/faults/kinds');
        return {
          status: 200,
          body: {
            simulator: {
              available: true,
              reason: null,
              actions: SIMULATOR_ACTIONS,
              faults: faults.map(presentFault),
              fault_kinds: kinds.map(presentKind),
            },
          },
        };
      },
    }),
    ...SIMULATOR_ACTIONS.map(actionRoute),
  ];
}
