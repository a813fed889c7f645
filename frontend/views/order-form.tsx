import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ShardRange } from '../../functions/domain/shard-map.ts';
import { type Api, ApiError, type Order, type PlacedOrder, type Problem } from '../api.ts';
import { formatTotal } from '../format.ts';
import { isWellFormed, ORDER_FIELDS, type OrderField } from '../order-fields.ts';
import { OrderKey } from '../order-key.ts';
import { placeSafely } from '../place-safely.ts';
import { shardHint } from '../shard-hint.ts';
import { PlacedCard } from './placed-card.tsx';

interface OrderFormProps {
  readonly api: Api;
  readonly shards: readonly ShardRange[];
  /** Changes when there may be news of orders. */
  readonly version: string | undefined;
  /** Whose orders are placed, where the reader's token decides it; undefined where the form asks. */
  readonly buyer: string | undefined;
  /** The order that the reader wants another one of. */
  readonly model: Order | undefined;
  /** Called when an order was placed. */
  readonly placed: () => void;
  readonly open: (order: string) => void;
}

type Name = OrderField['name'];

const EXAMPLES: readonly Record<Name, string>[] = [
  { user_id: 'alice', product_name: 'Mechanical Keyboard', quantity: '2', price: '149.99' },
  { user_id: 'nora', product_name: 'Standing Desk', quantity: '1', price: '489.00' },
  { user_id: 'emil', product_name: 'Noise-cancelling Headphones', quantity: '1', price: '279.50' },
  { user_id: 'zara', product_name: 'USB-C Cable, 2 m', quantity: '12', price: '9.95' },
];
/** Where what is typed outlives a reload. */
const DRAFT = 'orderflow.draft';
const EMPTY: Record<Name, string> = { user_id: '', product_name: '', quantity: '', price: '' };

/** The form that places orders. The server alone decides what is valid: the page's hints guide, they do not stop anyone. */
export function OrderForm({ api, shards, version, buyer, model, placed, open }: OrderFormProps) {
  const key = useMemo(() => new OrderKey(sessionStorage), []);
  const [typed, setValues] = useState(() => fieldsOf(JSON.parse(key.pending ?? sessionStorage.getItem(DRAFT) ?? '{}')));
  // It also outlives the way to the issuer and back.
  useEffect(() => sessionStorage.setItem(DRAFT, JSON.stringify(typed)), [typed]);
  const values = buyer === undefined ? typed : { ...typed, user_id: buyer };
  const [isSending, setSending] = useState(false);
  const [progress, setProgress] = useState('');
  const [failure, setFailure] = useState<unknown>();
  const [placedOrder, setPlacedOrder] = useState<PlacedOrder>();
  const examples = useRef(0);
  const form = useRef<HTMLFormElement>(null);

  const fillIn = () => {
    setValues(EXAMPLES[examples.current++ % EXAMPLES.length] ?? EMPTY);
    form.current?.querySelector<HTMLButtonElement>('.primary')?.focus();
  };

  // What one reader was shown is not for the next.
  useEffect(() => {
    setFailure(undefined);
    setPlacedOrder(undefined);
  }, [buyer]);

  useEffect(() => {
    if (model === undefined) return;
    setValues(fieldsOf(model));
    setFailure(undefined);
    form.current?.querySelector('input')?.focus();
  }, [model]);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (isSending) return;
    setSending(true);
    setFailure(undefined);
    setProgress('');
    try {
      setPlacedOrder(await placeSafely(api, key, toBody(values), setProgress));
      placed();
    } catch (error) {
      setPlacedOrder(undefined);
      setFailure(error);
      const [first] = problemsOf(error);
      if (first !== undefined) form.current?.querySelector<HTMLInputElement>(`#${first.path}`)?.focus();
    } finally {
      setSending(false);
      setProgress('');
    }
  };

  const problems = problemsOf(failure);
  return (
    <section class="panel place" aria-labelledby="place-title">
      <h2 id="place-title" tabIndex={-1}>
        Place an order
      </h2>
      <form ref={form} id="order-form" noValidate autocomplete="off" onSubmit={submit}>
        {ORDER_FIELDS.filter(({ name }) => name !== 'user_id' || buyer === undefined).map((field) => (
          <FormField
            key={field.name}
            field={field}
            value={values[field.name]}
            hint={field.name === 'user_id' ? (shardHint(values.user_id, shards) ?? field.hint) : field.hint}
            problem={problems
              .filter(({ path }) => path === field.name)
              .map(({ message }) => message)
              .join('; ')}
            change={(value) => setValues((before) => ({ ...before, [field.name]: value }))}
          />
        ))}
        <datalist id="products">
          {EXAMPLES.map(({ product_name: product }) => (
            <option key={product} value={product} />
          ))}
        </datalist>
        <p class="total">
          <span>Total</span> <output htmlFor="quantity price">{totalOf(values)}</output>
        </p>
        <div class="buttons">
          <button class="primary" type="submit" aria-disabled={isSending ? 'true' : undefined}>
            {isSending ? 'Placing…' : 'Place order'}
          </button>
          <button type="button" onClick={fillIn}>
            Example
          </button>
        </div>
        <p class="error form-error" id="form-error" role="alert">
          {progress || sentenceOf(failure)}
        </p>
      </form>
      <div role="status">
        {placedOrder !== undefined && (
          <PlacedCard key={placedOrder.order.id} placed={placedOrder} api={api} version={version} open={open} />
        )}
      </div>
    </section>
  );
}

interface FormFieldProps {
  readonly field: OrderField;
  readonly value: string;
  readonly hint: string;
  readonly problem: string;
  readonly change: (value: string) => void;
}

function FormField({
  field: { name, label, placeholder, pattern, inputMode },
  value,
  hint,
  problem,
  change,
}: FormFieldProps) {
  return (
    <div class={`field field-${name}`}>
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        value={value}
        placeholder={placeholder}
        pattern={pattern}
        inputMode={inputMode}
        list={name === 'product_name' ? 'products' : undefined}
        required
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={problem === '' ? undefined : 'true'}
        aria-describedby={`${name}-error ${name}-hint`}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
      <p class="error" id={`${name}-error`}>
        {problem}
      </p>
      <p class="hint" id={`${name}-hint`}>
        {hint}
      </p>
    </div>
  );
}

/** The fields as JSON values. What is no number is sent as it stands, for the server to say so. */
function toBody(values: Record<Name, string>): Record<string, unknown> {
  const filled = Object.entries(values).filter(([, value]) => value !== '');
  return Object.fromEntries(
    filled.map(([name, value]) => [name, name === 'quantity' || name === 'price' ? number(value) : value]),
  );
}

/** What the form says for an order, be it placed or one that was on its way when the page went away. */
function fieldsOf(order: Partial<Record<Name, unknown>>): Record<Name, string> {
  return { ...EMPTY, ...Object.fromEntries(ORDER_FIELDS.map(({ name }) => [name, String(order[name] ?? '')])) };
}

function number(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}

function totalOf({ quantity, price }: Record<Name, string>): string {
  const known = isWellFormed('quantity', quantity) && isWellFormed('price', price);
  return known ? formatTotal(Number(quantity), Number(price)) : '–';
}

function problemsOf(failure: unknown): readonly Problem[] {
  const problems = failure instanceof ApiError ? failure.problems : [];
  return problems.filter(({ path }) => ORDER_FIELDS.some(({ name }) => name === path));
}

function sentenceOf(failure: unknown): string {
  if (failure === undefined) return '';
  if (problemsOf(failure).length > 0) return 'Not placed: see the marked fields.';
  return failure instanceof Error ? failure.message : String(failure);
}
