"""What Stripe's API (2026-10-28.endive) says about each thing: whole objects, as webhooks and GETs show them."""
