import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ShardRange } from '../../functions/domain/shard-map.ts';
import { activityOf } from '../activity.ts';
import type { Api, Order } from '../api.ts';
import type { Session } from '../session.ts';
import { Activity } from './activity.tsx';
import { Charts } from './charts.tsx';
import { Masthead } from './masthead.tsx';
import { OrderDrawer } from './order-drawer.tsx';
import { OrderForm } from './order-form.tsx';
import { OrderList } from './order-list.tsx';
import { SystemMap } from './system-map.tsx';
import { Tiles } from './tiles.tsx';
import { useOverview } from './use-overview.ts';
import { useRoute } from './use-route.ts';

interface DashboardProps {
  readonly api: Api;
  readonly shards: readonly ShardRange[];
  /** Of a deployment that asks for a token. */
  readonly session?: Session;
  /** Signs the reader out. */
  readonly leave?: () => void;
  /** Shown to a reader who is not signed in. */
  readonly children?: ComponentChildren;
}

/** The whole page, but for the view in which readers sign in. */
export function Dashboard({ api, shards, session, leave, children }: DashboardProps) {
  const [route, go] = useRoute();
  const [model, setModel] = useState<Order>();
  const state = useOverview(api, route, session);
  const { overview, known, problem } = state;
  const reader = session?.reader();
  const signedIn = session === undefined || reader !== undefined;
  const isUnreachable = problem !== '' && state.liveness === 'reconnecting';
  return (
    <>
      {signedIn && (
        <a class="skip" href="#orders-title">
          Skip to the orders
        </a>
      )}
      <Masthead overview={overview} liveness={state.liveness} problem={problem} reader={reader} leave={leave} />
      {children}
      <main hidden={!signedIn}>
        <SystemMap overview={overview} shards={shards} orders={known.orders} isUnreachable={isUnreachable} />
        <Tiles stats={overview?.stats} />
        <div class="columns">
          <div class="side">
            <OrderForm
              api={api}
              shards={shards}
              version={overview?.version}
              model={model}
              buyer={reader?.userId}
              placed={state.refresh}
              open={(order) => go({ order })}
            />
            <Activity
              occurrences={activityOf(known.orders.slice(0, 50), overview?.history ?? [])}
              open={(order) => go({ order })}
            />
          </div>
          <div class="side">
            <OrderList shards={shards} route={route} go={go} state={state} />
            <Charts stats={overview?.stats} />
          </div>
        </div>
      </main>
      {signedIn && route.order !== '' && (
        <OrderDrawer
          key={route.order}
          api={api}
          id={route.order}
          version={overview?.version}
          close={() => go({ order: '' })}
          again={(order) => setModel({ ...order })}
        />
      )}
    </>
  );
}
