import { type Api, ApiError, type PlacedOrder } from './api.ts';
import { byId, setText } from './dom.ts';
import { formatTotal } from './format.ts';

const FIELDS = ['user_id', 'product_name', 'quantity', 'price'] as const;
const NUMBERS: readonly string[] = ['quantity', 'price'];
const UNCERTAIN = 'The order may have been placed. Placing it again as it is will not place a second one.';

/**
 * The form that places orders. The server alone decides what is valid: the page's hints guide, they do not stop anyone.
 *
 * @param placed called after each order that was placed
 */
export function createOrderForm(api: Api, placed: () => void): void {
  const form = byId('order-form', HTMLFormElement);
  const button = byId('place', HTMLButtonElement);
  const inputs = FIELDS.map((name) => byId(name, HTMLInputElement));
  let sending = false;
  /** An order whose fate is not known yet. It is sent again with its key, so that it is placed once at most. */
  let pending: { readonly fields: string; readonly key: string } | undefined;

  form.addEventListener('input', () => showTotal(inputs));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    button.setAttribute('aria-disabled', 'true');
    setText(button, 'Placing…');
    showProblems(inputs, undefined);

    const order = readFields(inputs);
    const fields = JSON.stringify(order);
    if (pending?.fields !== fields) pending = { fields, key: newKey() };
    try {
      const answer = await api.placeOrder(order, pending.key);
      pending = undefined;
      showAnswer(answer);
      placed();
    } catch (error) {
      if (error instanceof ApiError && !error.isUncertain) pending = undefined;
      byId('answer', HTMLDivElement).hidden = true;
      showProblems(inputs, error);
    } finally {
      sending = false;
      button.removeAttribute('aria-disabled');
      setText(button, 'Place order');
    }
  });
}

/** The fields as JSON values. What is no number is sent as it stands, for the server to say so. */
function readFields(inputs: readonly HTMLInputElement[]): Record<string, unknown> {
  const filled = inputs.filter((input) => input.value !== '');
  return Object.fromEntries(filled.map(({ name, value }) => [name, NUMBERS.includes(name) ? number(value) : value]));
}

function number(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}

function showTotal(inputs: readonly HTMLInputElement[]): void {
  const { quantity, price } = readFields(
    inputs.filter((input) => NUMBERS.includes(input.name) && input.validity.valid),
  );
  const known = typeof quantity === 'number' && typeof price === 'number';
  setText(byId('total', HTMLOutputElement), known ? formatTotal(quantity, price) : '–');
}

/** Shows an error: at the fields that it names, or else as its sentence; undefined clears all. */
function showProblems(inputs: readonly HTMLInputElement[], error: unknown): void {
  const problems = error instanceof ApiError ? error.problems : [];
  for (const input of inputs) {
    const messages = problems.filter(({ path }) => path === input.name).map(({ message }) => message);
    setText(byId(`${input.id}-error`, HTMLParagraphElement), messages.join('; '));
    if (messages.length > 0) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
  }
  const marked = inputs.filter((input) => input.hasAttribute('aria-invalid'));
  const allMarked = problems.length > 0 && problems.every(({ path }) => marked.some(({ name }) => name === path));
  setText(byId('form-error', HTMLParagraphElement), allMarked ? 'Not placed: see the marked fields.' : sentence(error));
  marked[0]?.focus();
}

function sentence(error: unknown): string {
  if (error === undefined) return '';
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof ApiError && error.isUncertain ? `${message} ${UNCERTAIN}` : message;
}

/** Random, also where the page is no secure context and `crypto.randomUUID` is missing. */
function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}

function showAnswer({ order, shard_info, receipt, delivery }: PlacedOrder): void {
  setText(byId('answer-order', HTMLElement), order.id);
  setText(byId('answer-shard', HTMLElement), shard_info);
  setText(byId('answer-receipt', HTMLElement), receipt);
  setText(byId('answer-delivery', HTMLElement), `receipt ${delivery.receipt}, event ${delivery.event}`);
  byId('answer', HTMLDivElement).hidden = false;
}
