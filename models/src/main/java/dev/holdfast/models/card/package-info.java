/** Model cards: what a candidate expects, declared beside its weights. */
package dev.holdfast.models.card;
