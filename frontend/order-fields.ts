/** A field of the form that places orders. */
export interface OrderField {
  /** As the API calls it. */
  readonly name: 'user_id' | 'product_name' | 'quantity' | 'price';
  readonly label: string;
  readonly hint: string;
  readonly placeholder: string;
  /** What browsers hold for well-formed; the API alone decides. */
  readonly pattern: string;
  readonly inputMode?: 'numeric' | 'decimal';
}

export const ORDER_FIELDS: readonly OrderField[] = [
  {
    name: 'user_id',
    label: 'User',
    hint: 'A letter, then letters, digits, dots, dashes or underscores',
    placeholder: 'alice',
    pattern: '[A-Za-z][A-Za-z0-9._\\-]{0,99}',
  },
  {
    name: 'product_name',
    label: 'Product',
    hint: '1 to 255 characters',
    placeholder: 'Mechanical Keyboard',
    pattern: '.{1,255}',
  },
  {
    name: 'quantity',
    label: 'Quantity',
    hint: '1 to 1,000,000',
    placeholder: '2',
    pattern: '[1-9][0-9]{0,5}|1000000',
    inputMode: 'numeric',
  },
  {
    name: 'price',
    label: 'Unit price, $',
    hint: '0.01 to 99,999,999.99',
    placeholder: '149.99',
    pattern: '(?!0+(\\.0*)?$)[0-9]{1,8}(\\.[0-9]{1,2})?',
    inputMode: 'decimal',
  },
];

/** Whether a browser would take the text for the field. */
export function isWellFormed(name: OrderField['name'], text: string): boolean {
  const pattern = ORDER_FIELDS.find((field) => field.name === name)?.pattern;
  return new RegExp(`^(?:${pattern})$`, 'v').test(text);
}
