/* Stands before the generated file: each layer is announced to stack_main.cpp. */
#pragma once
extern "C" void burin_layer(int index);
#define SAMPLES_LAYER_HOOK(index) burin_layer(index)
