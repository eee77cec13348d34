/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory that runs out: counts a program's allocations, its libraries' and the C library's own
 * included, and fails the n-th.
 *
 * Linked into a test it answers malloc(3) and its like in the C library's stead; preloaded as
 * scarce.so it does so in the program that people use, without a line of that changed.
 */
#ifndef ROLEGATE_TEST_SCARCE_H
#define ROLEGATE_TEST_SCARCE_H

#include <stdbool.h>
#include <stdint.h>

/* Allocations that are told apart; the largest command makes some ten thousand. */
#define SCARCE_MAX 65536u

/* What is to fail, and what was seen. Preloaded, it lies in a file that both sides map. */
struct scarce {
	uint32_t fail_at; /* the allocation that fails, from 1 on; 0: none does */
	bool goes_on;	  /* each later one fails too */
	bool tells_apart; /* fill `is_other`, which takes time */
	uint32_t n;	  /* allocations so far */
	bool struck;
	/*
	 * Whether the n-th is left out: libconfig's own, which checks none of its allocations, or
	 * one for another language, without which everything goes on.
	 */
	bool is_other[SCARCE_MAX + 1];
};

/* Watch over this process from now on; NULL: no longer. */
void scarce_watch(struct scarce *scarce);

/*
 * The variable of a preloaded program: the number of the descriptor that struct scarce is behind.
 * Its own children are not watched.
 */
#define SCARCE_VARIABLE "ROLEGATE_TEST_SCARCE"

#endif
