"""All that comes in from outside, or is drawn on a platform."""
