#pragma once

#include <atomic>

/**
 * Lets a lane's thread run out of memory. Linked into a test program, or preloaded into one (LD_PRELOAD), which then
 * finds this by its name: the lane's thread that asks for memory as the n-th from now on gets none, then and ever
 * after. 0, and back at 0 once it has happened: nobody is starved.
 */
extern "C" std::atomic<int> fastwhisper_starve_a_lane;
