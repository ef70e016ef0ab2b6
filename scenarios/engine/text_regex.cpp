#include "scenarios/engine/model.hpp"
