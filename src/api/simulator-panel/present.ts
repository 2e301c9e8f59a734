import type { z } from 'zod';
import type { SimulatedFault, SimulatedKind } from './control.js';
import type { simulatorAnswer } from './schema.js';

type Panel = z.output<typeof simulatorAnswer>['simulator'];

export const presentFault = ({
  id,
  kind,
  item_id,
  fired,
  times,
}: SimulatedFault): Panel['faults'][number] => ({
  id,
  kind,
  item_id,
  fired,
  times,
});

export const presentKind = ({
  kind,
  acts_as,
  summary,
  default_times = null,
  params,
}: SimulatedKind): Panel['fault_kinds'][number] => ({
  kind,
  acts_as,
  summary,
  default_times,
  params: Object.entries(params).map(([name, { type, required, values, default: otherwise, meaning }]) => ({
    name,
    type,
    required,
    values: values ?? null,
    default: otherwise === undefined ? null : String(otherwise),
    meaning,
  })),
});
