// The reference of the API: made of the OpenAPI document, with a form for each operation that sends what it says.
"use strict";

(async () => {
  const place = document.getElementById("reference");
  if (!place) return;
  const api = await (await fetch(place.dataset.document)).json();
  const $ = (selector, root) => root.querySelector(selector);
  const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  document.getElementById("introduction").textContent = api.info.description;

  // -- schemas
  const resolved = (schema) => (schema && schema.$ref ? api.components.schemas[schema.$ref.split("/").pop()] : schema ?? {});
  function plain(schema) {
    // The schema without null: what a control is made for.
    schema = resolved(schema);
    const parts = schema.anyOf ?? schema.oneOf;
    return parts ? { ...schema, ...plain(parts.find((part) => part.type !== "null") ?? {}) } : schema;
  }
  function typed(schema) {
    schema = plain(schema);
    if (schema.enum) return schema.enum.join(" | ");
    if (schema.type === "array") return `${typed(schema.items)} …`;
    return [schema.type ?? "any", schema.format].filter(Boolean).join(", ");
  }
  function inputs(operation) {
    if (operation.parameters) return operation.parameters.map((one) => ({ ...one, description: one.description }));
    const schema = resolved(operation.requestBody?.content["application/json"].schema);
    return Object.entries(schema.properties ?? {}).map(([name, one]) => (
      { name, schema: one, description: resolved(one).description ?? one.description ?? "", required: (schema.required ?? []).includes(name) }));
  }

  // -- one operation
  function control(one, id) {
    const schema = plain(one.schema), many = schema.type === "array";
    const choices = schema.enum ?? (schema.type === "boolean" ? [true, false] : null);
    let made;
    if (choices && !many) {
      made = document.createElement("select");
      for (const choice of ["", ...choices]) made.add(new Option(choice === "" ? "–" : String(choice), String(choice)));
    } else {
      made = document.createElement("input");
      made.type = "text";
      made.placeholder = many ? "a; b" : schema.format === "date-time" ? "2026-11-24T14:30:00Z" : "";
    }
    made.id = id; made.name = one.name; made.required = Boolean(one.required);
    made.dataset.kind = many ? "array" : schema.type ?? "string";
    made.setAttribute("aria-describedby", `${id}-about`);
    return made;
  }
  function field(one, id) {
    const made = document.createElement("div"), label = document.createElement("label"), hint = document.createElement("p");
    label.htmlFor = id; label.textContent = one.name + (one.required ? " *" : "");
    hint.id = `${id}-about`; hint.className = "hint"; hint.textContent = `${one.description ?? ""} (${typed(one.schema)})`;
    made.append(label, control(one, id), hint);
    return made;
  }
  function given(form) {
    const found = {};
    for (const one of form.elements) {
      if (!one.name || one.name === "what_if" || !one.value.trim()) continue;
      const kind = one.dataset.kind, text = one.value.trim();
      if (kind === "array") found[one.name] = text.split(/[;\n]+/).map((part) => part.trim()).filter(Boolean);
      else if (kind === "boolean") found[one.name] = text === "true";
      else if (kind === "integer" || kind === "number") found[one.name] = Number.isNaN(Number(text)) ? text : Number(text);
      else found[one.name] = text;
    }
    return found;
  }
  async function send(method, path, form, answer) {
    const values = given(form), query = new URLSearchParams(), options = { method, headers: { Accept: "application/json" } };
    if (method === "GET") {
      for (const [name, value] of Object.entries(values)) for (const one of [value].flat()) query.append(name, one);
    } else {
      options.headers["Content-Type"] = "application/json";
      options.headers["X-CSRFToken"] = csrf;
      options.body = JSON.stringify(values);
      if (form.elements.what_if.checked) query.append("what_if", "true");
    }
    const address = path + (query.size ? `?${query}` : ""), begin = performance.now();
    const reply = await fetch(address, options), text = await reply.text();
    answer.hidden = false;
    const tag = $(".tag", answer);
    tag.textContent = reply.status; tag.className = `tag ${reply.ok ? "good" : "bad"}`;
    $(".hint", answer).textContent = `${Math.round(performance.now() - begin)} ms`;
    const body = method === "GET" ? "" : ` -H 'Content-Type: application/json' -d '${options.body.replaceAll("'", "'\\''")}'`;
    $(".request", answer).textContent = `curl -X ${method} -H "Authorization: Bearer $TOKEN"${body} '${location.origin}${address}'`;
    $(".body", answer).textContent = pretty(text);
  }
  function pretty(text) {
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* CSV and lines are shown as they came */ }
    return shown.length > 100000 ? `${shown.slice(0, 100000)}\n…` : shown;
  }
  function build(method, path, operation, inside) {
    inside.append(document.getElementById("form-template").content.cloneNode(true));
    for (const text of (operation.description ?? "").split("\n\n").filter(Boolean)) {
      const made = document.createElement("p");
      made.textContent = text;
      $(".about", inside).append(made);
    }
    const found = inputs(operation), form = $("form", inside);
    $(".fields", form).append(...found.map((one, number) => field(one, `${operation.operationId}-${number}`)));
    $(".none", form).hidden = found.length > 0;
    $(".what-if", form).hidden = method === "GET";
    form.addEventListener("submit", (event) => { event.preventDefault(); send(method, path, form, $(".answer", inside)); });
    const item = resolved(operation.responses["200"].content["application/x-ndjson"].schema);
    for (const [name, one] of Object.entries(item.properties ?? {})) {
      const term = document.createElement("dt"), text = document.createElement("dd");
      term.textContent = name; text.textContent = `${one.description ?? resolved(one).description ?? ""} (${typed(one)})`;
      $(".properties", inside).append(term, text);
    }
  }

  // -- all of them
  for (const [path, methods] of Object.entries(api.paths)) {
    const [method, operation] = methods.get ? ["GET", methods.get] : ["POST", methods.post];
    const made = document.getElementById("operation-template").content.cloneNode(true), details = $("details", made);
    details.id = operation.operationId;
    $(".tag", details).textContent = method;
    $(".tag", details).classList.add(method === "GET" ? "accent" : "wait");
    $("code", details).textContent = path;
    $(".hint", details).textContent = operation.summary;
    details.addEventListener("toggle", () => {
      const inside = $(".inside", details);
      if (details.open && !inside.hasChildNodes()) build(method, path, operation, inside);
    });
    place.append(made);
  }
  const all = [...place.children], count = document.getElementById("operation-count");
  const narrow = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    for (const one of all) one.hidden = !words.every((word) => one.firstElementChild.textContent.toLowerCase().includes(word));
    count.textContent = all.filter((one) => !one.hidden).length;
  };
  const filter = document.getElementById("operations");
  filter.addEventListener("input", () => narrow(filter.value));
  narrow(filter.value);  // what was typed before the document came counts, too
  const show = () => {
    const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!wanted) return;
    if (wanted.hidden) { filter.value = ""; narrow(""); }
    wanted.open = true;
    wanted.scrollIntoView();
  };
  addEventListener("hashchange", show);
  show();
})();
