/** How long the parts that run often take: {@code java -jar target/benchmarks.jar}. */
package dev.holdfast.benchmarks;
