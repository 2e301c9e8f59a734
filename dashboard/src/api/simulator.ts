import type { components, paths } from '@ardea/api-schema';
import { queryOptions } from '@tanstack/react-query';
import { ApiError } from './api-error';
import { answered, api } from './client';

export type SimulatorPanel = components['schemas']['SimulatorPanel'];
export type SimulatorResult = components['schemas']['SimulatorResult'];
export type SimulatorFault = components['schemas']['SimulatorFault'];
export type FaultKind = components['schemas']['SimulatorFaultKind'];
export type FaultParam = components['schemas']['SimulatorFaultParam'];

type Action = SimulatorPanel['actions'][number];
type Path<A extends Action> = `/api/integrations/{integration_id}/simulator/${A}`;
/** What an action takes. */
export type Simulation<A extends Action> = NonNullable<
  paths[Path<A>]['post']['requestBody']
>['content']['application/json']['simulation'];

/** Something that the simulator is asked to do. */
export type Deed = { [A in Action]: { action: A; simulation: Simulation<A> } }[Action];

/** Whether the integration is simulated and its simulator does not answer. */
export const isSimulatorAway = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'simulator.unavailable';

/** Counters of faults move on while nothing else does, and a simulator that was away is looked for. */
const AGAIN_MS = 3_000;

/** Whether an integration is on a simulator that may be controlled, what is on there and what there is to choose from. */
export const simulatorQuery = (integration_id: string) =>
  queryOptions({
    queryKey: ['simulator', { integration_id }],
    queryFn: async ({ signal }) =>
      (
        await answered(
          api.GET('/api/integrations/{integration_id}/simulator', {
            params: { path: { integration_id } },
            signal,
          }),
        )
      ).simulator,
    refetchInterval: ({ state: { data, error } }) =>
      isSimulatorAway(error) || (data?.faults.length ?? 0) > 0 ? AGAIN_MS : false,
  });

export const simulate = async (
  integration_id: string,
  { action, simulation }: Deed,
): Promise<SimulatorResult> =>
  (
    await answered(
      api.POST(`/api/integrations/{integration_id}/simulator/${action}`, {
        params: { path: { integration_id } },
        // Of the same deed as the path; the client would have it fit all paths at once.
        body: { simulation: simulation as never },
      }),
    )
  ).result;
