#include "ws/notation.hpp"
