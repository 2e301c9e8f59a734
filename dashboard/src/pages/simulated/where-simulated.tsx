import { useQuery } from '@tanstack/react-query';
import { Suspense, type ReactNode } from 'react';
import type { ItemDetails } from '../../api/items';
import { useMay } from '../../api/session';
import { isSimulatorAway, simulatorQuery, type SimulatorPanel } from '../../api/simulator';
import { lazyPart } from '../../parts/lazy-part';
import { Message } from '../../parts/message';
import { Card, LoadingRows } from '../../parts/states';

// Nobody with a real bank has to load them.
const IntegrationPanel = lazyPart(() => import('./integration-panel'), 'IntegrationPanel');
const ItemPanel = lazyPart(() => import('./item-panel'), 'ItemPanel');

interface WhereSimulatedProps {
  integrationId: string;
  title: string;
  children: (panel: SimulatorPanel) => ReactNode;
}

/** Nothing, unless the user may do something and the integration is on a simulator that can be told what to do. */
function WhereSimulated({ integrationId, title, children }: WhereSimulatedProps) {
  const isMember = useMay('member');
  const { data: panel, error } = useQuery({ ...simulatorQuery(integrationId), enabled: isMember });
  const isAway = isSimulatorAway(error);
  if (!isMember || panel?.available === false || (panel === undefined && !isAway)) return null;
  return (
    <Card title={title}>
      {isAway && (
        <Message tone="warn" title="The simulator does not answer">
          Start it again; it is looked for every few seconds.
        </Message>
      )}
      {panel !== undefined && <Suspense fallback={<LoadingRows rows={2} />}>{children(panel)}</Suspense>}
    </Card>
  );
}

export function SimulatedIntegration({ integrationId }: { integrationId: string }) {
  return (
    <WhereSimulated integrationId={integrationId} title="Simulator">
      {(panel) => <IntegrationPanel integrationId={integrationId} panel={panel} />}
    </WhereSimulated>
  );
}

export function SimulatedItem({ item }: { item: ItemDetails }) {
  if (item.integration.deleted) return null;
  return (
    <WhereSimulated integrationId={item.integration.heron_id} title="At the simulated bank">
      {(panel) => <ItemPanel item={item} panel={panel} />}
    </WhereSimulated>
  );
}
