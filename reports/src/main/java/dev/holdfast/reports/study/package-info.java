/** Several methods, each trained with several seeds, in one table. */
package dev.holdfast.reports.study;
