/**
 * Finds an element that the page's own HTML must contain.
 *
 * @param type the element's class, such as `HTMLInputElement`
 * @throws Error when there is none of that id and class
 */
export function byId<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} with the id "${id}".`);
  return element;
}

/** A fresh copy of the first element inside a `<template>`. */
export function copyTemplate(id: string): HTMLElement {
  const copy = byId(id, HTMLTemplateElement).content.firstElementChild?.cloneNode(true);
  if (!(copy instanceof HTMLElement)) throw new Error(`The template "${id}" is empty.`);
  return copy;
}

/** The element marked `data-field="<name>"` inside another one. */
export function field(parent: ParentNode, name: string): HTMLElement {
  const element = parent.querySelector<HTMLElement>(`[data-field="${name}"]`);
  if (element === null) throw new Error(`There is no field "${name}".`);
  return element;
}

/** Sets an element's text, and leaves it alone when it already reads so: live regions speak on every change. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
