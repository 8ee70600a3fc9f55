// Shows the document of this same service. No validator: it would ask a machine elsewhere.
window.ui = SwaggerUIBundle({
  url: new URL(document.querySelector("link[rel=service-desc]").href).pathname,
  dom_id: "#documentation",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  filter: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
});
