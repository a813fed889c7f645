import type { Api } from './api.ts';
import { byId, copyTemplate, field, setText } from './dom.ts';

const LABELS: Record<string, string> = { api: 'API', kafka: 'Kafka', receipts: 'S3' };

/**
 * The lights in the page's head: one for the API, one for each part that the API has checked.
 *
 * @returns a function that asks the API and shows the result; it never rejects
 */
export function createStatus(api: Api): () => Promise<void> {
  const list = byId('health', HTMLUListElement);
  const news = byId('health-news', HTMLParagraphElement);
  const lights = new Map<string, HTMLElement>();

  const show = (name: string, state: 'up' | 'down' | 'unknown') => {
    let light = lights.get(name);
    if (light === undefined) {
      light = copyTemplate('light');
      lights.set(name, light);
      field(light, 'name').textContent = LABELS[name] ?? name;
      list.append(light);
    }
    light.dataset.state = state;
    setText(field(light, 'state'), state);
  };

  list.replaceChildren();
  show('api', 'unknown');
  return async () => {
    try {
      const parts = await api.health();
      show('api', 'up');
      for (const { name, up } of parts) show(name, up ? 'up' : 'down');
      const down = parts.filter((part) => !part.up).map(({ name }) => LABELS[name] ?? name);
      setText(news, down.length === 0 ? '' : `Down: ${down.join(', ')}.`);
    } catch (error) {
      // Without an answer nobody knows how the parts are.
      for (const name of lights.keys()) show(name, 'unknown');
      show('api', 'down');
      setText(news, error instanceof Error ? error.message : String(error));
    }
  };
}
