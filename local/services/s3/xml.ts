import { DOMParser, type Element } from '@xmldom/xmldom';
import { escapeXml } from '../../aws-api/protocols.ts';
import { malformedXml } from './errors.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** The content of an XML element: text, or elements by name; a list stands for an element that repeats. Undefined is left out. */
export type XmlContent = string | number | boolean | Date | undefined | readonly XmlContent[] | XmlElements;
export interface XmlElements {
  readonly [name: string]: XmlContent;
}

/** An XML document as S3 sends it. Times are in UTC with milliseconds. */
export function xmlDocument(root: string, content: XmlElements): string {
  const inner = Object.entries(content)
    .map(([name, value]) => element(name, value))
    .join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${inner}</${root}>`;
}

function element(name: string, content: XmlContent): string {
  if (content === undefined) return '';
  if (Array.isArray(content)) return content.map((item) => element(name, item)).join('');
  if (content instanceof Date) return element(name, content.toISOString());
  if (typeof content !== 'object') return `<${name}>${escapeXml(String(content))}</${name}>`;
  const inner = Object.entries(content)
    .map(([key, value]) => element(key, value))
    .join('');
  return `<${name}>${inner}</${name}>`;
}

/** An element of a parsed document. */
export class XmlNode {
  readonly #element: Element;

  constructor(element: Element) {
    this.#element = element;
  }

  get text(): string {
    return this.#element.textContent ?? '';
  }

  /** Its child elements of a name, in order. */
  all(name: string): XmlNode[] {
    const children = Array.from(this.#element.childNodes) as unknown as Element[];
    return children.filter((child) => child.localName === name).map((child) => new XmlNode(child));
  }

  /** The text of its only child of a name; undefined when there is none. @throws AwsError `MalformedXML` when there are more */
  textOf(name: string): string | undefined {
    const [first, second] = this.all(name);
    if (second) throw malformedXml();
    return first?.text;
  }
}

/** Parses a document whose root has this name. @throws AwsError `MalformedXML` */
export function parseXml(text: string, root: string): XmlNode {
  let element: Element | null;
  try {
    const onError = (_level: string, message: string) => {
      throw new Error(message);
    };
    element = new DOMParser({ onError }).parseFromString(text, 'application/xml').documentElement;
  } catch (error) {
    throw malformedXml(error);
  }
  if (element?.localName !== root) throw malformedXml();
  return new XmlNode(element);
}
