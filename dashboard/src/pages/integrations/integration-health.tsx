import { useQuery } from '@tanstack/react-query';
import { progressQuery, type Integration } from '../../api/integrations';
import { formatCount } from '../../parts/format';
import { Status } from '../../parts/status';

/** One word about an integration: its keys first, then its Items. */
export function IntegrationHealth({ integration }: { integration: Integration }) {
  const { data: progress, isError } = useQuery(progressQuery(integration.heron_id));
  if (integration.paused_since !== null || integration.keys_status === 'invalid')
    return <Status tone="bad" icon="alert" label="Keys refused" />;
  if (integration.keys_status === 'unchecked')
    return <Status tone="warn" icon="clock" label="Keys not checked yet" />;
  if (progress === undefined)
    return isError ? <Status tone="quiet" icon="dashed" label="Could not be read" /> : <>…</>;
  const { attention } = progress.items;
  if (progress.health === 'waiting') return <Status tone="quiet" icon="clock" label="Waiting for a link" />;
  if (progress.health === 'attention')
    return (
      <Status
        tone="warn"
        icon="alert"
        label={attention === 1 ? '1 Item needs attention' : `${formatCount(attention)} Items need attention`}
      />
    );
  return <Status tone="good" icon="check" label="Healthy" />;
}
