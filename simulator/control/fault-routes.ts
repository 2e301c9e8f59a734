import type { Fault } from '../faults/fault.js';
import { describeFaultKinds } from '../faults/kinds.js';
import { describeIncidentKinds } from '../incidents/kinds.js';
import { ControlError, type ControlCall, type ControlRoute } from './route.js';

const presentFault = (fault: Fault) => ({
  id: fault.id,
  kind: fault.kind,
  item_id: fault.itemId,
  client_id: fault.clientId,
  endpoint: fault.endpoint,
  after: fault.after,
  times: fault.times,
  probability: fault.probability,
  ...fault.params,
  active: fault.active,
  fired: fault.fired,
});

const kinds: ControlRoute = {
  method: 'get',
  path: '/faults/kinds',
  answer: () => ({ kinds: [...describeFaultKinds(), ...describeIncidentKinds()] }),
};

const list: ControlRoute = {
  method: 'get',
  path: '/faults',
  answer: ({ context: { faults } }) => ({
    faults: faults.all().map(presentFault),
    fired_by_kind: faults.firedByKind(),
  }),
};

const add: ControlRoute = {
  method: 'post',
  path: '/faults',
  openFields: true,
  answer: ({ context: { faults }, body }) => ({ fault: presentFault(faults.add(body)) }),
};

const faultAt = ({ context, params }: ControlCall): Fault => {
  const fault = context.faults.find(Number(params['faultId']));
  if (fault === null) throw new ControlError(404, `fault ${params['faultId']} does not exist`);
  return fault;
};

const show: ControlRoute = {
  method: 'get',
  path: '/faults/:faultId',
  answer: (call) => ({ fault: presentFault(faultAt(call)) }),
};

const end: ControlRoute = {
  method: 'delete',
  path: '/faults/:faultId',
  answer: (call) => {
    const fault = faultAt(call);
    call.context.faults.end(fault.id);
    return { fault: presentFault(fault) };
  },
};

const endAll: ControlRoute = {
  method: 'delete',
  path: '/faults',
  answer: ({ context, scripts }) => {
    scripts.stopAll();
    return { ended: context.faults.endAll() };
  },
};

/** Faults: what Plaid's endpoints and webhooks do on a bad day. */
export const FAULT_ROUTES: readonly ControlRoute[] = [kinds, list, add, endAll, show, end];
